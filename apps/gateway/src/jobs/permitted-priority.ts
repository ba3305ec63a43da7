import { type FieldError } from '../http/problem.js';
import { type KeyLimits } from '../ledger/limits.js';
import { type JobRequest } from './job-request.js';

/** The highest that the key may use, where a task's own is higher and the request names none. */
export function permittedPriority(
  priority: number,
  asked: Pick<JobRequest, 'priority'>,
  key: { readonly limits: KeyLimits } | undefined,
  errors: FieldError[],
): number {
  const most = key?.limits.maxPriority ?? null;
  if (most === null || priority <= most) return priority;
  if (asked.priority !== undefined) errors.push(priorityError(most));
  return most;
}

/** What is wrong with a priority that is higher than a key may use. */
export function priorityError(most: number): FieldError {
  return { path: 'priority', message: `must be at most ${most}, the highest that the API key may use` };
}
