import { BodySchema } from '../http/body-schema.js';
import { type FieldError, invalid } from '../http/problem.js';
import { type WaitChange } from '../ledger/job-steering.js';
import { type KeyLimits } from '../ledger/limits.js';
import { priorityError } from './permitted-priority.js';
import { priorityOf, readStart } from './job-options.js';
import { JOB_REQUEST, type JobRequest } from './job-request.js';

type ChangeRequest = Pick<JobRequest, 'priority' | 'delay' | 'runAt'>;

const { priority, delay, runAt } = JOB_REQUEST.schema['properties'] as Readonly<Record<keyof ChangeRequest, object>>;

/** The body of `PATCH /v1/jobs/:id`. */
export const JOB_CHANGE = new BodySchema<ChangeRequest>({
  type: 'object',
  additionalProperties: false,
  minProperties: 1,
  properties: { priority, delay, runAt },
});

/**
 * Reads how a job is to wait.
 * @throws Problem 422 that names each wrong field
 */
export function readJobChange(body: unknown, { maxPriority }: KeyLimits): WaitChange {
  const request = JOB_CHANGE.read(body);
  const errors: FieldError[] = [];
  const start = readStart(request, errors);
  const wanted = priorityOf(request, undefined);
  if (wanted !== undefined && wanted > (maxPriority ?? wanted)) errors.push(priorityError(maxPriority ?? wanted));
  if (errors.length > 0) throw invalid(errors);
  const timed = request.delay !== undefined || request.runAt !== undefined;
  return { priority: wanted, dueAt: timed ? start : undefined };
}
