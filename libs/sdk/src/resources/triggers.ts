import { type FieldError } from '../errors.js';
import { type Http } from '../http/http.js';
import { Listing, type PageQuery } from '../http/listing.js';
import { type JobOptions } from '../job-request.js';
import { type CallOptions } from '../options.js';
import { type TaskName } from '../task-payloads.js';
import { type DomainEvent } from './events.js';
import { type NoJobReason } from './no-job-reason.js';
import { type OrNull } from './or-null.js';

/**
 * By the path of a value in the event, such as `data.country`: what it must equal, or conditions that must all hold: `eq`, `ne`,
 * `in`, `exists`, `gt`, `gte`, `lt`, `lte`.
 */
export type EventFilter = Readonly<Record<string, unknown>>;

/** A trigger to be made: the events that it wants, and the job that each of them starts. */
export interface TriggerRequest extends JobOptions {
  /** For people to read. */
  readonly name: string;
  /** Of the types of events, as AMQP topics: `order.*`, `order.#`. */
  readonly pattern: string;
  /** @default every event that fits the pattern */
  readonly filter?: EventFilter;
  /** False: it starts nothing. @default true */
  readonly enabled?: boolean;
  readonly task: TaskName;
  /** Placeholders such as `{{data.customer.email}}` stand for values of the event. */
  readonly payload?: unknown;
}

/** What can be changed of a trigger. Null: as if the field had never been given. */
export type TriggerChange = Partial<OrNull<TriggerRequest>>;

/** A trigger. The options of its jobs stand beside these fields as they were given, null what was not. */
export interface Trigger {
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

/** What became of an event that a trigger wanted. */
export interface TriggerRun {
  readonly event: { readonly id: string; readonly type: string };
  readonly outcome: 'started' | 'skipped' | 'refused';
  readonly jobId: string | null;
  /** Why no job was started, or what else is to be said of it. */
  readonly reason: NoJobReason | null;
  readonly at: string;
}

/** What an event would start. */
export interface Rehearsal {
  readonly event: { readonly id: unknown; readonly type: unknown; readonly data: unknown };
  readonly triggers: readonly RehearsedFiring[];
}

/** What a trigger would do with an event. */
export interface RehearsedFiring {
  readonly trigger: { readonly id: string | null; readonly name: string; readonly pattern: string };
  readonly fires: boolean;
  /** Why it would start no job. */
  readonly reason: 'pattern' | 'filter' | 'invalid' | null;
  /** The request of its job, as far as it could be made. */
  readonly job: Readonly<Record<string, unknown>> | null;
  readonly errors: readonly FieldError[];
}

/** What starts a job for each event of a kind. */
export class Triggers {
  readonly #http: Http;

  /** @internal */
  constructor(http: Http) {
    this.#http = http;
  }

  /** Creates a trigger. It counts for events that come from now on. */
  create(trigger: TriggerRequest, options?: CallOptions): Promise<Trigger> {
    return this.#http.json({ method: 'POST', path: '/v1/triggers', json: trigger, options });
  }

  /** Shows a trigger. @throws NotFoundError */
  get(id: string, options?: CallOptions): Promise<Trigger> {
    return this.#http.json({ method: 'GET', path: pathOf(id), options });
  }

  /** Lists triggers, newest first. */
  list(query: PageQuery & { readonly tenant?: string } = {}, options?: CallOptions): Listing<Trigger> {
    return new Listing(this.#http, { method: 'GET', path: '/v1/triggers', query: { ...query }, options });
  }

  /** Changes a trigger. Jobs that were started stay as they are. */
  update(id: string, change: TriggerChange, options?: CallOptions): Promise<Trigger> {
    return this.#http.json({ method: 'PATCH', path: pathOf(id), json: change, repeatable: true, options });
  }

  /** Removes a trigger and its history. Jobs that it has started stay as they are. */
  delete(id: string, options?: CallOptions): Promise<void> {
    return this.#http.nothing({ method: 'DELETE', path: pathOf(id), options });
  }

  /** Shows what an event would start: by a trigger that is given, or by those that there are. Nothing is started. */
  test(event: DomainEvent, trigger?: TriggerRequest, options?: CallOptions): Promise<Rehearsal> {
    const json = { event, trigger };
    return this.#http.json({ method: 'POST', path: '/v1/triggers/test', json, repeatable: true, options });
  }

  /** Lists what became of the events that a trigger wanted, newest first. */
  runs(id: string, query: PageQuery = {}, options?: CallOptions): Listing<TriggerRun> {
    return new Listing(this.#http, { method: 'GET', path: `${pathOf(id)}/runs`, query: { ...query }, options });
  }
}

function pathOf(id: string): string {
  return `/v1/triggers/${encodeURIComponent(id)}`;
}
