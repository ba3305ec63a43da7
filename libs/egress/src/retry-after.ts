const LEAST_MS = 1_000;
const MOST_MS = 24 * 3_600_000;
const SECONDS = /^\d{1,12}$/;
/** RFC 9110 has two forms that name their zone. A third, of 1983, does not. */
const DATE = /^[A-Za-z]{3,9}, .{8,30} GMT$/;

/**
 * How long a host asks to wait, from the value of its `Retry-After`: seconds or a date, between a second and a day.
 * Undefined when it says nothing that can be kept to, such as a time that has passed.
 * @param now milliseconds since the epoch
 */
export function retryAfterMs(value: string | undefined, now: number = Date.now()): number | undefined {
  const text = value?.trim() ?? '';
  if (SECONDS.test(text)) return clamped(Number(text) * 1_000);
  const ms = DATE.test(text) ? Date.parse(text) - now : Number.NaN;
  return ms > 0 ? clamped(ms) : undefined;
}

function clamped(ms: number): number {
  return Math.min(Math.max(ms, LEAST_MS), MOST_MS);
}
