import { isFinal } from '#libs/contracts';
import { type Telemetry } from '#libs/observability';
import { type Database } from '../ledger/database.js';
import { type DeliveryStore, type MakeDelivery } from '../ledger/delivery-store.js';
import { type Lookout } from '../ledger/lookout.js';
import { Rounds } from '../rounds/rounds.js';

interface Parts {
  readonly changes: Pick<Database, 'onJobChanges'>;
  /** Finds ends that another gateway has noted and could not see to; and the first one after a time without any. */
  readonly lookout: Pick<Lookout, 'on'>;
  readonly deliveries: Pick<DeliveryStore, 'deliverEnds'>;
  readonly make: MakeDelivery;
  readonly telemetry: Telemetry;
}

/**
 * Sees to it that the ends of jobs are delivered to the webhook endpoints that want them. Every gateway has one; the ledger lets each end be
 * seen to once.
 */
export class EndpointTeller {
  readonly #parts: Parts;
  readonly #rounds = new Rounds(() => this.#look());
  /** Whether there was something to deliver lately: mostly no tenant has an endpoint, and there is no hurry. */
  #delivers = false;

  constructor(parts: Parts) {
    this.#parts = parts;
    parts.lookout.on('deliveries', () => this.#rounds.wake());
    parts.changes.onJobChanges((changes) => {
      if (this.#delivers && changes.some(({ status }) => isFinal(status))) this.#rounds.wake();
    });
  }

  start(): void {
    this.#rounds.start();
  }

  /** Settles when the ends in hand are seen to. */
  stop(): Promise<void> {
    return this.#rounds.stop();
  }

  // While the ledger is away no job ends; the next look finds what was left.
  async #look(): Promise<void> {
    const { deliveries, make, telemetry } = this.#parts;
    try {
      this.#delivers = false;
      for (let seen = 1; seen > 0 && this.#rounds.running;) {
        const done = await deliveries.deliverEnds(make);
        seen = done.ends;
        this.#delivers ||= seen > 0;
        if (done.deliveries > 0) telemetry.emit('webhooks.entered', { count: done.deliveries });
      }
    } catch (error) {
      telemetry.emit('webhooks.waiting', { reason: error instanceof Error ? error.message : String(error) });
    }
  }
}
