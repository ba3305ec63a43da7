import { type Telemetry } from '#libs/observability';
import { type EventStore } from '../ledger/event-store.js';
import { type FiringStore, type JobBuilder } from '../ledger/firing-store.js';
import { type Lookout } from '../ledger/lookout.js';
import { type OutboxRoom } from '../ledger/outbox-room.js';
import { Rounds } from '../rounds/rounds.js';

const AT_ONCE = 25;

export interface TriggerRunnerParts {
  readonly events: Pick<EventStore, 'onTaken'>;
  /** Finds events that a gateway has left which died. */
  readonly lookout: Pick<Lookout, 'on'>;
  readonly firings: FiringStore;
  readonly builder: JobBuilder;
  readonly room: Pick<OutboxRoom, 'full' | 'onChange'>;
  readonly telemetry: Telemetry;
}

/** Fires the triggers of events that have been taken in. Every gateway has one; the ledger lets each event be fired once. */
export class TriggerRunner {
  readonly #parts: TriggerRunnerParts;
  readonly #rounds = new Rounds(() => this.#fireAll());

  constructor(parts: TriggerRunnerParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#parts.lookout.on('events', () => this.#rounds.wake());
    this.#parts.events.onTaken(() => this.#rounds.wake());
    this.#parts.room.onChange((full) => !full && this.#rounds.wake());
    this.#rounds.start();
  }

  /** Settles when the events in hand are fired. */
  stop(): Promise<void> {
    return this.#rounds.stop();
  }

  // While the ledger is away no event comes; the next look finds those that are left.
  async #fireAll(): Promise<void> {
    try {
      for (let left = true; left && this.#rounds.running;) left = await this.#fire();
    } catch (error) {
      this.#parts.telemetry.emit('events.waiting', { reason: error instanceof Error ? error.message : String(error) });
    }
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
