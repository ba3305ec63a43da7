import { type JobStatus } from '#libs/contracts';
import { FACT_TYPES, factTypeOf } from '../facts/fact-type.js';
import { type EndpointDefinition } from '../ledger/webhook-endpoint-row.js';
import { fitsTopic } from '../triggers/topic-pattern.js';

/** Of a job that has ended: what decides who is told. */
export interface EndedJob {
  readonly status: JobStatus;
  readonly task: string;
  readonly queue: string;
}

type Wishes = Pick<EndpointDefinition, 'events' | 'tasks' | 'queues'>;

/** Whether an endpoint is told of the end of a job. */
export function wantsEnd({ events, tasks, queues }: Wishes, { status, task, queue }: EndedJob): boolean {
  const type = factTypeOf(status);
  return (
    events.some((pattern) => fitsTopic(pattern, type)) &&
    (tasks === null || tasks.includes(task)) &&
    (queues === null || queues.includes(queue))
  );
}

/** Whether there is an event that fits the pattern. */
export function fitsAnEnd(pattern: string): boolean {
  return FACT_TYPES.some((type) => fitsTopic(pattern, type));
}
