/**
 * A time as the browser's field has it: in the viewer's zone, without naming it. Empty for what is none. While a year is typed it
 * passes ones in which zones were off by seconds, too: so the parts are the zone's own, and none is counted by an offset.
 */
export function localText(at: string | undefined): string {
  const date = new Date(at ?? '');
  if (Number.isNaN(date.getTime())) return '';
  const padded = (part: number, length = 2): string => String(part).padStart(length, '0');
  const day = [padded(date.getFullYear(), 4), padded(date.getMonth() + 1), padded(date.getDate())].join('-');
  return `${day}T${padded(date.getHours())}:${padded(date.getMinutes())}`;
}

/** The time that the browser's field has, in ISO 8601; undefined while it has none. */
export function isoOf(local: string): string | undefined {
  return local === '' ? undefined : new Date(local).toISOString();
}
