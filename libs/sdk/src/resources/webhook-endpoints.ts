import { type JobError, type JobStatus } from '#libs/contracts';
import { type Http } from '../http/http.js';
import { Listing, type PageQuery } from '../http/listing.js';
import { type CallOptions } from '../options.js';
import { type OrNull } from './or-null.js';

/** An endpoint to be made: where webhooks go, and of which ends of jobs. */
export interface WebhookEndpointRequest {
  /** http or https. */
  readonly url: string;
  /** For people to read. */
  readonly description?: string;
  /** `job.completed`, `job.failed`, `job.cancelled`, or patterns of them such as `job.*`. @default every end */
  readonly events?: string | readonly string[];
  /** Of jobs with these tasks alone, by their full names. @default whatever their task */
  readonly tasks?: readonly string[];
  /** Of jobs in these queues alone. @default whatever their queue */
  readonly queues?: readonly string[];
  /** Deliveries at once, one that waits to be tried again among them. @default no limit */
  readonly concurrency?: number;
  /** False: it is told nothing. @default true */
  readonly enabled?: boolean;
}

/** What can be changed of an endpoint. Null: as if the field had never been given. */
export type WebhookEndpointChange = Partial<OrNull<WebhookEndpointRequest>>;

/** An endpoint. */
export interface WebhookEndpoint {
  readonly id: string;
  readonly tenant: string;
  readonly url: string;
  readonly description: string | null;
  readonly events: readonly string[];
  readonly tasks: readonly string[] | null;
  readonly queues: readonly string[] | null;
  readonly concurrency: number | null;
  readonly enabled: boolean;
  /** Why it is told nothing: `receiver_gone` when its receiver has answered 410, `failing` when every delivery of five days was in vain. */
  readonly disabled: { readonly reason: 'requested' | 'receiver_gone' | 'failing'; readonly at: string } | null;
  /** Since when every delivery was in vain; null: the latest was received, or there was none. */
  readonly failingSince: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** A new endpoint, with the secret that webhooks to it are signed with. */
export interface NewWebhookEndpoint extends WebhookEndpoint {
  readonly secret: string;
}

/** What a receiver has answered, with the beginning of its text. */
export interface WebhookAnswer {
  readonly status: number;
  readonly excerpt: string | null;
}

/** One try of a delivery. */
export interface WebhookAttempt {
  readonly attempt: number;
  readonly run: number;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly durationMs: number | null;
  readonly outcome: 'completed' | 'failed' | 'snoozed' | 'returned' | 'lost' | 'cancelled' | null;
  readonly answer: WebhookAnswer | null;
  readonly error: JobError | null;
  /** Why the try was put off; null of every other one. */
  readonly reason: string | null;
}

/** A webhook on its way to an endpoint, or there. */
export interface WebhookDelivery {
  /** Of the job that delivers. */
  readonly id: string;
  readonly endpointId: string;
  /** The `webhook-id`: the same in every try and every replay. */
  readonly messageId: string;
  readonly kind: 'end' | 'replay' | 'test';
  readonly event: string;
  /** The job whose end it tells of; null in a test. */
  readonly jobId: string | null;
  readonly status: JobStatus;
  /** As it is sent, but for the signature and what is new in each try. */
  readonly request: {
    readonly method: 'POST';
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: unknown;
  };
  /** The latest. */
  readonly answer: WebhookAnswer | null;
  readonly error: JobError | null;
  readonly attempts: readonly WebhookAttempt[];
  readonly createdAt: string;
  readonly nextAttemptAt: string | null;
  readonly completedAt: string | null;
}

/** What is to be delivered once more: the ends of jobs in a time. */
export interface WebhookReplay {
  readonly since: Date | string;
  /** @default now */
  readonly until?: Date | string;
  /** Those that were not delivered and are not about to be, or all. @default 'undelivered' */
  readonly which?: 'undelivered' | 'all';
}

/** Where signed webhooks go when jobs end. */
export class WebhookEndpoints {
  readonly #http: Http;

  /** @internal */
  constructor(http: Http) {
    this.#http = http;
  }

  /** Creates an endpoint. It counts for ends that come from now on. */
  create(endpoint: WebhookEndpointRequest, options?: CallOptions): Promise<NewWebhookEndpoint> {
    return this.#http.json({ method: 'POST', path: '/v1/webhook-endpoints', json: endpoint, options });
  }

  /** Shows an endpoint. @throws NotFoundError */
  get(id: string, options?: CallOptions): Promise<WebhookEndpoint> {
    return this.#http.json({ method: 'GET', path: pathOf(id), options });
  }

  /** Lists endpoints, newest first. */
  list(query: PageQuery & { readonly tenant?: string } = {}, options?: CallOptions): Listing<WebhookEndpoint> {
    return new Listing(this.#http, { method: 'GET', path: '/v1/webhook-endpoints', query: { ...query }, options });
  }

  /** Changes an endpoint. Deliveries that are under way stay as they are. */
  update(id: string, change: WebhookEndpointChange, options?: CallOptions): Promise<WebhookEndpoint> {
    return this.#http.json({ method: 'PATCH', path: pathOf(id), json: change, repeatable: true, options });
  }

  /** Removes an endpoint and the list of its deliveries; those that are not over are cancelled. */
  delete(id: string, options?: CallOptions): Promise<void> {
    return this.#http.nothing({ method: 'DELETE', path: pathOf(id), options });
  }

  /** The secret that webhooks to it are signed with. Needs an admin key. */
  async secret(id: string, options?: CallOptions): Promise<string> {
    const path = `${pathOf(id)}/secret`;
    return (await this.#http.json<{ readonly secret: string }>({ method: 'GET', path, options })).secret;
  }

  /** Gives it another secret; the one before it signs as well for a day. Needs an admin key. */
  async rotateSecret(id: string, options?: CallOptions): Promise<string> {
    const path = `${pathOf(id)}/secret/rotate`;
    return (await this.#http.json<{ readonly secret: string }>({ method: 'POST', path, options })).secret;
  }

  /** Sends it a webhook of the type `webhook.test`. */
  test(id: string, options?: CallOptions): Promise<WebhookDelivery> {
    return this.#http.json({ method: 'POST', path: `${pathOf(id)}/test`, options });
  }

  /** Lists what was delivered to it, newest first. */
  deliveries(
    id: string,
    query: PageQuery & { readonly status?: JobStatus } = {},
    options?: CallOptions,
  ): Listing<WebhookDelivery> {
    return new Listing(this.#http, { method: 'GET', path: `${pathOf(id)}/deliveries`, query: { ...query }, options });
  }

  /** Delivers a webhook once more: the same message, to where the endpoint is now. */
  redeliver(id: string, deliveryId: string, options?: CallOptions): Promise<WebhookDelivery> {
    const path = `${pathOf(id)}/deliveries/${encodeURIComponent(deliveryId)}/replay`;
    return this.#http.json({ method: 'POST', path, options });
  }

  /** Delivers what has happened in a time once more. Resolves with how many ends of jobs that are. */
  async replay(id: string, time: WebhookReplay, options?: CallOptions): Promise<number> {
    const call = { method: 'POST', path: `${pathOf(id)}/replay`, json: time, options } as const;
    return (await this.#http.json<{ readonly deliveries: number }>(call)).deliveries;
  }
}

function pathOf(id: string): string {
  return `/v1/webhook-endpoints/${encodeURIComponent(id)}`;
}
