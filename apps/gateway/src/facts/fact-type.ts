import { type JobStatus } from '#libs/contracts';
import { fitsTopic } from '../triggers/topic-pattern.js';

const FACTS = 'job';
/** The types of the events that tell of ends of jobs. */
export const FACT_TYPES: readonly string[] = ['job.completed', 'job.failed', 'job.cancelled'];

/** How the end of a job with this status is named on the exchange of events. */
export function factTypeOf(status: JobStatus): string {
  return `${FACTS}.${status}`;
}

/** Whether the type of an event is one that the suite alone tells: nobody else may send it. */
export function isFactType(type: string): boolean {
  return FACT_TYPES.includes(type);
}

/**
 * Whether a trigger with this pattern hears of events of this type. It hears of the ends of jobs only when its pattern begins with `job`: one for
 * all that services send, such as `#`, does not mean every job of the suite, and not the jobs that it starts itself.
 */
export function hearsOf(pattern: string, type: string): boolean {
  return (!isFactType(type) || pattern.startsWith(`${FACTS}.`)) && fitsTopic(pattern, type);
}
