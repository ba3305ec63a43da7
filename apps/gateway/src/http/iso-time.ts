const FORM = /^(\d{4}-\d\d-\d\d)T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)$/;
/** Of a time that `Date` writes: no year before 1 and none after 9999. */
const PLAIN_YEAR = /^(?!0000)\d{4}-/;

/** The time that a text in ISO 8601 with a time zone says; undefined for a date that no calendar has. */
export function readTime(text: string): Date | undefined {
  const [, date] = FORM.exec(text) ?? [];
  const time = written(text);
  // Date takes 30 February for a day in March.
  const exists = date !== undefined && written(date)?.startsWith(date) === true;
  return exists && time !== undefined && PLAIN_YEAR.test(time) ? new Date(time) : undefined;
}

function written(text: string): string | undefined {
  const time = new Date(text);
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString();
}
