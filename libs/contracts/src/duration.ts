const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const DURATION = /^(\d{1,15}(?:\.\d{1,3})?)(ms|s|m|h|d)$/;

/** A length of time: milliseconds, or text such as `"500ms"`, `"30s"`, `"5m"`, `"2h"`, `"7d"`. */
export type Duration = number | string;

/** What a duration looks like, for messages and schemas. */
export const DURATION_FORM = 'milliseconds as a whole number, or text such as "500ms", "30s", "5m", "2h", "7d"';

/** Milliseconds of a duration, or undefined when it is none. Text may carry a fraction (`"1.5s"`), a number may not. */
export function parseDuration(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0 ? value : undefined;
  if (typeof value !== 'string') return undefined;
  const [, amount, unit] = DURATION.exec(value) ?? [];
  if (amount === undefined || unit === undefined) return undefined;
  const ms = Math.round(Number(amount) * UNITS[unit as keyof typeof UNITS]);
  return Number.isSafeInteger(ms) ? ms : undefined;
}

/**
 * Milliseconds of a duration that a programmer wrote.
 * @throws TypeError when it is none, saying what was expected and what came.
 */
export function durationMs(value: Duration): number {
  const ms = parseDuration(value);
  if (ms === undefined) throw new TypeError(`Expected a duration (${DURATION_FORM}), got ${JSON.stringify(value)}.`);
  return ms;
}
