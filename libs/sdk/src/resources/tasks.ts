import { type Http } from '../http/http.js';
import { Listing, type PageQuery } from '../http/listing.js';
import { type CallOptions } from '../options.js';

/** A task that a consumer app has announced. Times are milliseconds, sizes bytes of JSON. */
export interface Task {
  readonly name: string;
  readonly queue: string;
  readonly description: string;
  /** JSON Schema (draft 2020-12) of the payload. */
  readonly schema: Readonly<Record<string, unknown>>;
  /** What counts for a job that does not say otherwise. */
  readonly defaults: {
    readonly priority: number;
    readonly maxAttempts: number;
    readonly backoff: {
      readonly type: string;
      readonly delay: number;
      readonly maxDelay: number;
      readonly jitter: number;
    };
    readonly timeout: number;
    /** The most that a job may ask for. */
    readonly maxTimeout: number;
    readonly maxPayload: number;
  };
  /** A payload that runs as it is; null when the task has none. */
  readonly example: unknown;
  /** False when its app has not announced it for a day, or no longer has it. */
  readonly available: boolean;
  /** Worker processes of its queue that are heard of: with none its jobs are taken, and wait. */
  readonly workers: number;
}

/** The tasks that there are. */
export class Tasks {
  readonly #http: Http;

  /** @internal */
  constructor(http: Http) {
    this.#http = http;
  }

  /** Shows a task. @throws NotFoundError when no app has announced it */
  get(name: string, options?: CallOptions): Promise<Task> {
    return this.#http.json({ method: 'GET', path: `/v1/tasks/${encodeURIComponent(name)}`, options });
  }

  /** Lists tasks, by name. */
  list(query: PageQuery = {}, options?: CallOptions): Listing<Task> {
    return new Listing(this.#http, { method: 'GET', path: '/v1/tasks', query: { ...query }, options });
  }
}
