import { setTimeout as delay } from 'node:timers/promises';
import { Batcher } from '#libs/batching';
import { type Telemetry } from '#libs/observability';
import { type OutboxStore } from '../ledger/outbox-store.js';
import { type HeldEntries } from './held-entries.js';

const LEDGER_PAUSE_MS = 500;
/** Nobody waits for a row to be forgotten: those of many messages are together. */
const FORGET_TOGETHER_MS = 25;

export interface SettlementsParts {
  readonly outbox: Pick<OutboxStore, 'confirm' | 'release' | 'park'>;
  readonly held: Pick<HeldEntries, 'letGo'>;
  readonly telemetry: Telemetry;
  /** Called each time entries are held no longer. */
  readonly onSettled: () => void;
}

interface Refused {
  readonly id: string;
  readonly reason: string;
}

/**
 * Writes to the outbox what became of entries that a relay has claimed. An entry is held until the ledger knows: a write that fails
 * is tried again and again, until the relay stops. If the process dies first, its claim runs out.
 */
export class Settlements {
  readonly #parts: SettlementsParts;
  readonly #confirmed: Batcher<string, undefined>;
  readonly #released: Batcher<string, undefined>;
  readonly #parked: Batcher<Refused, undefined>;
  readonly #releasing = new Set<Promise<void>>();
  #stopped = false;

  constructor(parts: SettlementsParts) {
    this.#parts = parts;
    this.#confirmed = this.#settling(
      (id) => id,
      (ids) => this.#forget(ids),
      FORGET_TOGETHER_MS,
    );
    this.#released = this.#settling(
      (id) => id,
      (ids) => parts.outbox.release(ids),
    );
    this.#parked = this.#settling(
      ({ id }) => id,
      (rows) => this.#park(rows),
    );
  }

  /** The broker has the message: its row is deleted. Like the others, resolves also when that was given up at a stop. */
  async confirm(id: string): Promise<void> {
    await this.#confirmed.add(id).catch(() => undefined);
  }

  /** It did not reach the broker, and goes again. */
  async release(id: string): Promise<void> {
    const releasing = this.#released
      .add(id)
      .catch(() => undefined)
      .finally(() => this.#releasing.delete(releasing));
    this.#releasing.add(releasing);
    await releasing;
  }

  /** Resolves when all that was to be released until now is free, or was given up at a stop. */
  async allReleased(): Promise<void> {
    await Promise.all(this.#releasing);
  }

  /** It cannot be sent as it is, or the broker refused it: it waits, and does not hold up the others. */
  async park(id: string, reason: string): Promise<void> {
    await this.#parked.add({ id, reason }).catch(() => undefined);
  }

  /** A write that fails from now on is not tried again. */
  stop(): void {
    this.#stopped = true;
  }

  #settling<T>(
    idOf: (item: T) => string,
    write: (items: readonly T[]) => Promise<void>,
    gatherMs = 0,
  ): Batcher<T, undefined> {
    return new Batcher<T, undefined>(
      async (items) => {
        await this.#untilWritten(() => write(items));
        this.#parts.held.letGo(items.map(idOf));
        this.#parts.onSettled();
        return items.map(() => undefined);
      },
      () => false,
      { gatherMs },
    );
  }

  async #untilWritten(write: () => Promise<void>): Promise<void> {
    for (;;) {
      try {
        await write();
        return;
      } catch (error) {
        if (this.#stopped) throw error;
        const reason = error instanceof Error ? error.message : String(error);
        this.#parts.telemetry.emit('ledger.waiting', { reason });
        await delay(LEDGER_PAUSE_MS);
      }
    }
  }

  async #forget(ids: readonly string[]): Promise<void> {
    await this.#parts.outbox.confirm(ids);
    this.#parts.telemetry.emit('relay.published', { count: ids.length });
  }

  async #park(rows: readonly Refused[]): Promise<void> {
    for (const reason of new Set(rows.map((row) => row.reason))) {
      const ids = rows.filter((row) => row.reason === reason).map(({ id }) => id);
      await this.#parts.outbox.park(ids, reason);
      this.#parts.telemetry.emit('relay.parked', { count: ids.length, reason });
    }
  }
}
