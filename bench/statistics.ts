/** The figures of several runs of one contender. */
export interface Figure {
  readonly median: number;
  readonly least: number;
  readonly most: number;
  readonly runs: readonly number[];
}

/** @throws RangeError without a run */
export function figureOf(runs: readonly number[]): Figure {
  const sorted = [...runs].sort((a, b) => a - b);
  const [least, most] = [sorted[0], sorted.at(-1)];
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  if (least === undefined || most === undefined || low === undefined || high === undefined) {
    throw new RangeError('Expected the figure of at least one run.');
  }
  return { median: (low + high) / 2, least, most, runs };
}

/**
 * The value that the given share of all values does not exceed.
 * @param share from 0 to 1: 0.99 for the 99th percentile
 * @throws RangeError without a value
 */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  const value = sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
  if (value === undefined) throw new RangeError('Expected at least one value.');
  return value;
}
