import { type Http } from '../http/http.js';
import { newIdempotencyKey } from '../http/new-idempotency-key.js';
import { type KeyedCallOptions } from '../options.js';

/** Something that has happened in your domain. */
export interface DomainEvent {
  /** What has happened: `order.placed`. */
  readonly type: string;
  /** Any JSON. */
  readonly data: unknown;
  /** Yours: an event whose id came before starts nothing. @default one is made */
  readonly id?: string;
}

/** An event as it was taken. */
export interface AcceptedEvent {
  readonly id: string;
  readonly type: string;
  readonly receivedAt: string;
  /** An event with this id came before: this one starts nothing. */
  readonly duplicate: boolean;
}

/** Events, which triggers make jobs of. */
export class Events {
  readonly #http: Http;

  /** @internal */
  constructor(http: Http) {
    this.#http = http;
  }

  /**
   * Publishes an event. When this resolves, it is stored, and every trigger that wants it starts its job, whatever fails after.
   * The call is sent again by itself when it fails in passing, and makes one event all the same.
   */
  publish(event: DomainEvent, { idempotencyKey, ...options }: KeyedCallOptions = {}): Promise<AcceptedEvent> {
    const key = idempotencyKey ?? newIdempotencyKey();
    return this.#http.json({ method: 'POST', path: '/v1/events', json: event, idempotencyKey: key, options });
  }
}
