import { hearsOf } from '../facts/fact-type.js';
import { type FieldError } from '../http/problem.js';
import { type JobBuilder } from '../ledger/firing-store.js';
import { type TriggerRecord } from '../ledger/trigger-row.js';
import { type EventValues, passesFilter } from './event-filter.js';
import { type TriggerView } from './trigger-view.js';
import { buildRequest } from './triggered-job.js';

/** A trigger that is tried; without an id when it is not stored. */
export type RehearsedTrigger = Pick<TriggerRecord, 'tenant' | 'name' | 'pattern' | 'filter' | 'request'> & {
  readonly id: string | null;
};

/** What a trigger would do. */
export interface RehearsedFiring {
  readonly trigger: { readonly id: string | null; readonly name: string; readonly pattern: string };
  readonly fires: boolean;
  /** Why it would start no job. */
  readonly reason: 'pattern' | 'filter' | 'invalid' | null;
  /** The request of its job, as far as it could be made. */
  readonly job: Readonly<Record<string, unknown>> | null;
  readonly errors: readonly FieldError[];
}

/** What an event would start. */
export interface Rehearsal {
  readonly event: EventValues;
  readonly triggers: readonly RehearsedFiring[];
}

/** Tries what events would start. Nothing is entered. */
export class TriggerRehearsal {
  constructor(
    private readonly builder: JobBuilder,
    private readonly view: TriggerView,
  ) {}

  /** Stored triggers whose pattern the event does not fit are left out. */
  async of(event: EventValues, triggers: readonly RehearsedTrigger[]): Promise<Rehearsal> {
    const tried = triggers.filter(({ id, pattern }) => id === null || hearsOf(pattern, String(event.type)));
    const firings: RehearsedFiring[] = [];
    for (const trigger of tried) firings.push(await this.#try(trigger, event));
    return { event, triggers: firings };
  }

  async #try({ id, name, pattern, ...trigger }: RehearsedTrigger, event: EventValues): Promise<RehearsedFiring> {
    const silent = { trigger: { id, name, pattern }, fires: false, job: null, errors: [] };
    if (!hearsOf(pattern, String(event.type))) return { ...silent, reason: 'pattern' };
    if (!passesFilter(trigger.filter, event)) return { ...silent, reason: 'filter' };
    const built = buildRequest(trigger.request, event, this.builder.maxPayload(String(trigger.request['task'])));
    if (!built.ok) return { ...silent, reason: 'invalid', errors: built.errors };
    const origin = { tenant: trigger.tenant, traceparent: null, stored: true } as const;
    const prepared = await this.builder.prepare(built.request, origin);
    const job = this.view.request(built.request);
    if (!prepared.ok) return { ...silent, reason: 'invalid', job, errors: prepared.errors };
    return { ...silent, fires: true, reason: null, job };
  }
}
