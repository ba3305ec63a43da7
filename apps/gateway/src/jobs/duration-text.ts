const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const;

/** Milliseconds as the text that users write for them: `5m`. In the largest unit that says it without a fraction. */
export function durationText(ms: number): string {
  const [unit, size] = UNITS.find(([, most]) => ms >= most && ms % most === 0) ?? ['ms', 1];
  return `${ms / size}${unit}`;
}
