import {
  bindEvents,
  type BrokerLink,
  type BrokerNames,
  declareTopology,
  eventTopology,
  unbindEvents,
} from '#libs/broker';
import { type Telemetry } from '#libs/observability';
import { type PatternStore } from '../ledger/pattern-store.js';

const LOOK_EVERY_MS = 30_000;
const LET_GO_AT_ONCE = 100;

type Channel = Parameters<typeof declareTopology>[0];

export interface EventBindingsParts {
  readonly link: BrokerLink;
  readonly names: BrokerNames;
  readonly patterns: PatternStore;
  readonly telemetry: Telemetry;
}

/**
 * Lets into the gateways' queue what a trigger may want and nothing else: a busy exchange of events costs the gateways only what
 * is asked for. The queue has one binding for each pattern.
 */
export class EventBindings {
  readonly #parts: EventBindingsParts;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();

  constructor(parts: EventBindingsParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#looking = this.follow();
    }, LOOK_EVERY_MS).unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
  }

  /** Binds every pattern there is, on a new channel: the broker may be one that has none. */
  async bindAll(channel: Channel): Promise<void> {
    const { names, patterns } = this.#parts;
    const wanted = await patterns.wanted();
    await declareTopology(channel, eventTopology(names.prefix, wanted));
    await patterns.noteBound(wanted);
  }

  /**
   * Binds what triggers have come to want, from when this resolves, and lets go of what none wants any more. While the broker is
   * away that waits for the next channel.
   */
  async follow(): Promise<void> {
    const { link, names, patterns, telemetry } = this.#parts;
    if (link.state !== 'open') return;
    try {
      const unbound = await patterns.unbound();
      if (unbound.length > 0) {
        await bindEvents(link, names, unbound);
        await patterns.noteBound(unbound);
      }
      await patterns.letGo(LET_GO_AT_ONCE, (pattern) => unbindEvents(link, names, pattern));
    } catch (error) {
      telemetry.emit('bindings.waiting', { reason: error instanceof Error ? error.message : String(error) });
    }
  }
}
