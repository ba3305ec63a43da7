import { type JobFilter, type SteeringPreview } from '#libs/sdk';
import { type SteeringChoice } from './steering';

/** All jobs of a filter that something can be done with, as they were seen when it was confirmed. */
export interface SteeredFilter {
  readonly steering: SteeringChoice;
  readonly filter: JobFilter;
  readonly seen: SteeringPreview;
}

/** How many jobs were moved, and how many had to stay. */
export interface SteeredCount {
  readonly changed: number;
  readonly unchanged: number;
}

/**
 * Moves all jobs of a filter, call by call: the gateway works for some seconds in each, and refuses when there are more of them
 * than were seen. Ends early when it is told to stop.
 */
export async function steerAll(
  { steering, filter, seen }: SteeredFilter,
  onProgress: (count: SteeredCount) => void,
  stop: AbortSignal,
): Promise<SteeredCount> {
  let count: SteeredCount = { changed: 0, unchanged: 0 };
  let cursor: string | null | undefined;
  while (cursor !== null && !stop.aborted) {
    const terms = { expected: seen.count - count.changed - count.unchanged, seenAt: seen.at, cursor };
    const step = await steering.applyToSome(filter, terms);
    count = { changed: count.changed + step.changed, unchanged: count.unchanged + step.unchanged };
    cursor = step.nextCursor;
    onProgress(count);
  }
  return count;
}
