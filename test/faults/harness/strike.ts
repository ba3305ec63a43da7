/** One fault as it was made. */
export interface Strike {
  readonly kind: string;
  readonly at: number;
  /** How long its cause lasted. */
  readonly lastedMs: number;
  /** From the end of its cause until every job that was there then has ended; undefined: not within the time given. */
  recoveredMs: number | undefined;
}
