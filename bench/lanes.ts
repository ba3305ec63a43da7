/** Does something with each value, so many at once. */
export async function inLanes<T>(
  values: readonly T[],
  lanes: number,
  work: (value: T) => Promise<unknown>,
): Promise<void> {
  const left = values.values();
  const lane = async (): Promise<void> => {
    for (const value of left) await work(value);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

/** Does something with portions of the values, one after the other. */
export async function inChunks<T>(
  values: readonly T[],
  size: number,
  work: (chunk: readonly T[]) => Promise<void>,
): Promise<void> {
  for (let start = 0; start < values.length; start += size) await work(values.slice(start, start + size));
}

/** The numbers from 1 to a count. */
export function numbersTo(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}
