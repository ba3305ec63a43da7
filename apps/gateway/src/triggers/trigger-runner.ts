import { setTimeout as delay } from 'node:timers/promises';
import { type Telemetry } from '#libs/observability';
import { type EventStore } from '../ledger/event-store.js';
import { type FiringStore, type JobBuilder } from '../ledger/firing-store.js';
import { type OutboxRoom } from '../ledger/outbox-room.js';

/** Another gateway may have died with events in hand. */
const LOOK_EVERY_MS = 1_000;
const AT_ONCE = 25;

export interface TriggerRunnerParts {
  readonly events: Pick<EventStore, 'onTaken'>;
  readonly firings: FiringStore;
  readonly builder: JobBuilder;
  readonly room: Pick<OutboxRoom, 'full' | 'onChange'>;
  readonly telemetry: Telemetry;
}

/** Fires the triggers of events that have been taken in. Every gateway has one; the ledger lets each event be fired once. */
export class TriggerRunner {
  readonly #parts: TriggerRunnerParts;
  readonly #stopping = new AbortController();
  #wake: () => void = () => undefined;
  #running: Promise<void> | undefined;

  constructor(parts: TriggerRunnerParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#parts.events.onTaken(() => this.#wake());
    this.#parts.room.onChange((full) => !full && this.#wake());
    this.#running = this.#run();
  }

  /** Settles when the events in hand are fired. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  // While the ledger is away no event comes; the next look finds those that are left.
  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const next = this.#next();
      const left = await this.#fire().catch((error: unknown) => {
        this.#parts.telemetry.emit('events.waiting', {
          reason: error instanceof Error ? error.message : String(error),
        });
        return false;
      });
      if (!left) await next;
    }
  }

  /** Settles when an event is taken in, or when it is time to look for those of others. */
  async #next(): Promise<void> {
    const woken = new AbortController();
    this.#wake = () => woken.abort();
    const signal = AbortSignal.any([woken.signal, this.#stopping.signal]);
    await delay(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
  }

  /** Returns whether there may be more. */
  async #fire(): Promise<boolean> {
    const { firings, builder, telemetry } = this.#parts;
    const { events, fired } = await firings.fire(AT_ONCE, builder);
    for (const { trigger, event, outcome, reason } of fired) {
      telemetry.emit('trigger.fired', {
        ...{ trigger: trigger.id, tenant: trigger.tenant, task: String(trigger.request['task']), outcome },
        event: event.id,
        ...(reason === null ? {} : { code: reason.code, reason: reason.message }),
      });
    }
    return events === AT_ONCE;
  }
}
