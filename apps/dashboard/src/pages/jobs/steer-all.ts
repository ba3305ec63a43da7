import { type JobFilter, type SteeringPreview } from '#libs/sdk';
import { leveret } from '../../api/leveret';
import { type Steering } from './steering';

/** All jobs of a filter, as they were seen when it was confirmed. */
export interface SteeredFilter {
  readonly steering: Steering;
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
  const asSeen = { ...filter, createdBefore: earlier(filter.createdBefore, seen.at) };
  let count: SteeredCount = { changed: 0, unchanged: 0 };
  let cursor: string | null | undefined;
  while (cursor !== null && !stop.aborted) {
    const terms = { expected: seen.count - count.changed, cursor };
    const step = await leveret.jobs.steerAll(steering.call, asSeen, terms);
    count = { changed: count.changed + step.changed, unchanged: count.unchanged + step.unchanged };
    cursor = step.nextCursor;
    onProgress(count);
  }
  return count;
}

function earlier(one: JobFilter['createdBefore'], other: string): string {
  const at = new Date(one ?? other);
  return at < new Date(other) ? at.toISOString() : other;
}
