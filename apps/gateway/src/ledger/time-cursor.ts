/** Where a page of a list by time ends: the next begins behind it. */
export interface TimeCursor {
  /** ISO 8601 with milliseconds. */
  readonly at: string;
  readonly id: string;
}
