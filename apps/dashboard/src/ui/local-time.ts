/** A time as the browser's field has it: in the viewer's zone, without naming it. Empty for what is none. */
export function localText(at: string | undefined): string {
  const date = new Date(at ?? '');
  if (Number.isNaN(date.getTime())) return '';
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** The time that the browser's field has, in ISO 8601; undefined while it has none. */
export function isoOf(local: string): string | undefined {
  return local === '' ? undefined : new Date(local).toISOString();
}
