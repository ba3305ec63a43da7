import { withoutSecrets } from '../jobs/secret-fields.js';
import { shownThen } from '../jobs/shown-then.js';
import { type FiringReason, type TriggerRecord, type TriggerRun } from '../ledger/trigger-row.js';
import { type TaskStore } from '../ledger/task-store.js';
import { type EventFilter } from './event-filter.js';
import { TRIGGERED_JOB_FIELDS } from './trigger-request.js';

/** A trigger as it is shown: what was given is shown as it was given, and null what was not. */
export interface ShownTrigger {
  readonly id: string;
  readonly tenant: string;
  readonly name: string;
  readonly pattern: string;
  readonly filter: EventFilter;
  readonly task: unknown;
  readonly payload: unknown;
  readonly enabled: boolean;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** What became of an event that a trigger wanted, as it is shown. */
export interface ShownRun {
  readonly event: { readonly id: string; readonly type: string };
  readonly outcome: TriggerRun['outcome'];
  readonly jobId: string | null;
  readonly reason: FiringReason | null;
  readonly at: string;
}

const NOTHING_GIVEN = Object.fromEntries(TRIGGERED_JOB_FIELDS.map((name) => [name, null]));

/** Shows triggers to users, with the secret fields of payloads masked. */
export class TriggerView {
  constructor(private readonly tasks: Pick<TaskStore, 'all' | 'find'>) {}

  shown({ id, tenant, name, pattern, filter, request, enabled, createdAt, updatedAt }: TriggerRecord): ShownTrigger {
    const { task, payload, ...options } = this.request(request);
    return {
      ...{ id, tenant, name, pattern, filter },
      ...NOTHING_GIVEN,
      ...options,
      ...{ task, payload, enabled, createdAt: createdAt.toISOString(), updatedAt: updatedAt.toISOString() },
    };
  }

  /** The request of a job. */
  request(request: Readonly<Record<string, unknown>>): Record<string, unknown> {
    const { payload = {}, then } = request;
    const schema = this.tasks.find(String(request['task']))?.schema;
    return {
      ...request,
      payload: schema === undefined ? payload : withoutSecrets(payload, schema),
      ...(then === undefined ? {} : { then: shownThen(then, this.tasks) }),
    };
  }
}

export function shownRun({ eventId, eventType, outcome, jobId, reason, at }: TriggerRun): ShownRun {
  return { event: { id: eventId, type: eventType }, outcome, jobId, reason, at: at.toISOString() };
}
