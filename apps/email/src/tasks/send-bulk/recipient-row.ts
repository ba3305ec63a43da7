/** A recipient as it was given. */
export interface RecipientRow {
  /** From 1, in the order of the list; a file's header does not count. */
  readonly row: number;
  readonly to: string;
  readonly data: Readonly<Record<string, unknown>>;
  /** Why the row cannot be read; then the rest of it says little. */
  readonly problem?: string;
}

/** What tells recipients apart: an address gets one mail, whatever its case. */
export function addressOf({ to }: Pick<RecipientRow, 'to'>): string {
  return to.toLowerCase();
}
