import { type Http } from '../http/http.js';
import { Listing, type PageQuery } from '../http/listing.js';
import { type CallOptions } from '../options.js';

/** Something outside that the workers of a queue depend on, as all of them together see it. */
export interface QueueDependency {
  readonly name: string;
  /** Calls pass; it is down and none does; one at a time tries whether it is back; it is, and more are made with each success. */
  readonly state: 'closed' | 'open' | 'half-open' | 'ramping';
  /** Calls that are being made. */
  readonly inFlight: number;
  /** Jobs that wait elsewhere until they may call. */
  readonly parked: number;
}

/** The queue of a domain. */
export interface Queue {
  readonly name: string;
  readonly waiting: number;
  /** Of those that wait, how many have a paused batch. */
  readonly waitingPaused: number;
  readonly active: number;
  /** Jobs that wait for their next attempt. */
  readonly delayed: number;
  readonly scheduled: number;
  readonly completed: number;
  readonly failed: number;
  /** Dead letters, also those of messages that are no job. */
  readonly dead: number;
  /** Worker processes that were heard of within 10 s. */
  readonly consumers: number;
  /** What its workers depend on at present, such as hosts and connections. */
  readonly dependencies: readonly QueueDependency[];
  readonly paused: boolean;
  /** Of a tenant's jobs of one priority that wait for their turn: the oldest or the newest first. */
  readonly order: 'fifo' | 'lifo';
  /** By task: how often its jobs have their turn beside those of tasks without, which have 1. */
  readonly weights: Readonly<Record<string, number>>;
  /** Milliseconds of the executions of the last hour; null when there were none. */
  readonly processingTime: { readonly avg: number | null; readonly p50: number | null; readonly p95: number | null };
  /** Milliseconds that the runs begun in the last hour had waited since they were due; null when there were none. */
  readonly waitingTime: { readonly avg: number | null; readonly p50: number | null; readonly p95: number | null };
  /** Jobs ended per second, over the last minute. */
  readonly throughput: number;
  /** Of the job that has waited longest for a worker; null when none does. */
  readonly oldestWaitingMs: number | null;
}

/** What can be set of a queue. */
export interface QueueChange {
  /** Of a tenant's jobs of one priority that wait for their turn: the oldest or the newest first. */
  readonly order?: 'fifo' | 'lifo';
  /** By task, 1 to 100: how often its jobs have their turn beside those of tasks without, which have 1. */
  readonly weights?: Readonly<Record<string, number>>;
}

/** The queues of the domains. They need an admin key. */
export class Queues {
  readonly #http: Http;

  /** @internal */
  constructor(http: Http) {
    this.#http = http;
  }

  /** Shows a queue with its counts. @throws NotFoundError */
  get(name: string, options?: CallOptions): Promise<Queue> {
    return this.#http.json({ method: 'GET', path: pathOf(name), options });
  }

  /** Lists queues, by name. */
  list(query: PageQuery = {}, options?: CallOptions): Listing<Queue> {
    return new Listing(this.#http, { method: 'GET', path: '/v1/queues', query: { ...query }, options });
  }

  /** Lets no new attempt start, on any consumer, until the queue is resumed. What runs goes on, and jobs are accepted. */
  pause(name: string, options?: CallOptions): Promise<Queue> {
    return this.#http.json({ method: 'POST', path: `${pathOf(name)}/pause`, repeatable: true, options });
  }

  /** Lets a paused queue go on. */
  resume(name: string, options?: CallOptions): Promise<Queue> {
    return this.#http.json({ method: 'POST', path: `${pathOf(name)}/resume`, repeatable: true, options });
  }

  /** Sets in which order jobs of a queue start. */
  update(name: string, change: QueueChange, options?: CallOptions): Promise<Queue> {
    return this.#http.json({ method: 'PATCH', path: pathOf(name), json: change, repeatable: true, options });
  }
}

function pathOf(name: string): string {
  return `/v1/queues/${encodeURIComponent(name)}`;
}
