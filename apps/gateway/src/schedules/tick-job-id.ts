import { derivedId } from '../jobs/derived-id.js';

/** The id of the job of a tick: the same whoever computes it, so that a tick cannot have two jobs. Its time is the tick's. */
export function tickJobId(scheduleId: string, tick: Date): string {
  return derivedId(tick, scheduleId, tick.toISOString());
}
