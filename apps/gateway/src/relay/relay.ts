import { setTimeout as delay } from 'node:timers/promises';
import { Batcher } from '#libs/batching';
import { ChannelLostError, ConfirmTimeoutError, NotConnectedError, type Publisher, PublishError } from '#libs/broker';
import { type Telemetry } from '#libs/observability';
import { type ControlDispatch, type Dispatch, type Load, type OutboxEntry, type WorkEntry } from '../ledger/outbox.js';
import { CLAIM_MS, type OutboxStore } from '../ledger/outbox-store.js';
import { type ControlLane } from './control-lane.js';
import { type Courier } from './courier.js';
import { HeldEntries } from './held-entries.js';

const SWEEP_EVERY_MS = 1_000;
const PROLONG_EVERY_MS = CLAIM_MS / 3;
const LEDGER_PAUSE_MS = 500;
/** Nobody waits for a row to be forgotten: those of many messages are together. */
const FORGET_TOGETHER_MS = 25;
const STOP_PATIENCE_MS = 5_000;

export interface RelayParts {
  readonly publisher: Pick<Publisher, 'ready' | 'onReady'>;
  readonly control: Pick<ControlLane, 'open' | 'clear' | 'start' | 'stop'>;
  readonly courier: Pick<Courier, 'carry'>;
  readonly outbox: OutboxStore;
  readonly telemetry: Telemetry;
}

/**
 * Publishes what the ledger has committed. New work comes directly from the acceptor of this process, already claimed;
 * everything else (what failed to leave, what a dead gateway left, retries, dead letters) is swept from the outbox in
 * the order in which it came free. While new work waits among that, by `takes` or `hurry`, what comes later is not taken
 * directly, so that it does not overtake.
 * What is to be said on the control stream is confirmed before anything else leaves.
 *
 * A row is deleted only when the broker has confirmed its message, so a message may be sent twice but never not at all.
 */
export class Relay implements Pick<Dispatch, 'takes' | 'send' | 'wake' | 'hurry'>, ControlDispatch {
  readonly #publisher: RelayParts['publisher'];
  readonly #control: RelayParts['control'];
  readonly #courier: RelayParts['courier'];
  readonly #outbox: OutboxStore;
  readonly #telemetry: Telemetry;
  readonly #held = new HeldEntries();
  readonly #confirmed: Batcher<string, undefined>;
  readonly #released: Batcher<string, undefined>;
  readonly #parked: Batcher<{ id: string; reason: string }, undefined>;
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #underway = new Set<Promise<void>>();
  #caughtUp = false;
  #full = false;
  #sweeping: Promise<void> | undefined;
  #again = false;
  #stopped = false;

  constructor(parts: RelayParts) {
    this.#publisher = parts.publisher;
    this.#control = parts.control;
    this.#courier = parts.courier;
    this.#outbox = parts.outbox;
    this.#telemetry = parts.telemetry;
    this.#confirmed = this.#settling(
      (id: string) => id,
      async (ids) => {
        await this.#outbox.confirm(ids);
        this.#telemetry.emit('relay.published', { count: ids.length });
      },
      FORGET_TOGETHER_MS,
    );
    this.#released = this.#settling(
      (id: string) => id,
      (ids) => this.#outbox.release(ids),
    );
    this.#parked = this.#settling(
      ({ id }) => id,
      (rows) => this.#park(rows),
    );
  }

  start(): void {
    this.#control.start();
    this.#publisher.onReady(() => this.wake());
    this.#timers.push(
      setInterval(() => this.wake(), SWEEP_EVERY_MS).unref(),
      setInterval(() => void this.#prolong(), PROLONG_EVERY_MS).unref(),
    );
    this.wake();
  }

  takes(load: Load): boolean {
    const open = this.#publisher.ready && this.#control.open && !this.#stopped;
    const free = open && this.#caughtUp && this.#held.hasRoomFor(load);
    if (!free) this.#caughtUp = false;
    return free;
  }

  /** How many entries may be handed over together, by the size of those that came last. */
  get room(): number {
    return this.#held.claimable;
  }

  send(entries: readonly WorkEntry[]): void {
    this.#held.learn(entries);
    if (this.#control.open) for (const entry of entries) this.#begin(entry);
    else for (const { id } of entries) void this.#release(id);
  }

  hurry(): void {
    this.#caughtUp = false;
    this.wake();
  }

  wake(): void {
    if (this.#stopped) return;
    if (this.#sweeping !== undefined) {
      this.#again = true;
      return;
    }
    this.#sweeping = this.#sweep().finally(() => {
      this.#sweeping = undefined;
      if (!this.#again) return;
      this.#again = false;
      this.wake();
    });
  }

  /**
   * Sends no more, and settles when what was sent is confirmed or given back, after 5 s in any case: what is not known by
   * then is sent again by the next gateway, once its claim has run out.
   */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const timer of this.#timers) clearInterval(timer);
    const impatience = new AbortController();
    await Promise.race([
      Promise.resolve(this.#sweeping).then(() => Promise.all(this.#underway)),
      delay(STOP_PATIENCE_MS, undefined, { signal: impatience.signal }).catch(() => undefined),
    ]);
    impatience.abort();
    await this.#control.stop();
  }

  async #sweep(): Promise<void> {
    while (this.#publisher.ready && !this.#stopped) {
      this.#again = false; // rows that were committed before this are seen by the look that follows
      if (!(await this.#control.clear())) return; // the timer sweeps again
      const room = this.#held.claimable;
      if (room === 0) {
        this.#full = true; // whatever is settled next sweeps again
        return;
      }
      const entries = await this.#outbox.claim(room).catch(() => undefined);
      if (entries === undefined) return; // the ledger is away; the timer sweeps again
      if (entries.length > 0 && !this.#control.open) {
        await this.#outbox.release(entries.map(({ id }) => id)).catch(() => undefined);
        continue; // another channel, maybe another broker: what is in force goes first
      }
      this.#sendSwept(entries);
      if (entries.length < room) {
        // Rows that were committed after this look may be older than what comes next, unless all that came was taken directly.
        this.#caughtUp ||= !this.#again;
        return;
      }
    }
  }

  #sendSwept(entries: readonly OutboxEntry[]): void {
    if (entries.length > 0) this.#telemetry.emit('outbox.swept', { count: entries.length });
    this.#held.learn(entries);
    // A claim that ran out while the ledger was away may be our own: what is held is on its way already.
    for (const entry of entries) if (!this.#held.has(entry.id)) this.#begin(entry);
  }

  #roomMade(): void {
    if (!this.#full) return;
    this.#full = false;
    this.wake();
  }

  #begin(entry: OutboxEntry): void {
    const delivery = this.#deliver(entry).finally(() => this.#underway.delete(delivery));
    this.#underway.add(delivery);
  }

  async #deliver(entry: OutboxEntry): Promise<void> {
    this.#held.take(entry);
    try {
      await this.#courier.carry(entry);
    } catch (error) {
      await this.#giveBack(entry.id, error);
      return;
    }
    await this.#confirmed.add(entry.id).catch(() => undefined);
  }

  // What did not reach the broker goes again at once; what the broker refused waits, and does not hold up the others.
  async #giveBack(id: string, error: unknown): Promise<void> {
    const lost =
      error instanceof NotConnectedError || error instanceof ChannelLostError || error instanceof ConfirmTimeoutError;
    const reason = error instanceof PublishError ? error.code : 'unsendable';
    await (lost ? this.#release(id) : this.#parked.add({ id, reason }).catch(() => undefined));
  }

  // What is accepted until it is free, and found, must not leave before it.
  async #release(id: string): Promise<void> {
    this.#caughtUp = false;
    await this.#released.add(id).catch(() => undefined);
    this.hurry();
  }

  async #park(rows: readonly { id: string; reason: string }[]): Promise<void> {
    for (const reason of new Set(rows.map((row) => row.reason))) {
      const ids = rows.filter((row) => row.reason === reason).map(({ id }) => id);
      await this.#outbox.park(ids, reason);
      this.#telemetry.emit('relay.parked', { count: ids.length, reason });
    }
  }

  // An entry is held until the ledger knows what became of it. If this process dies first, its claim runs out.
  #settling<T>(
    idOf: (item: T) => string,
    write: (items: readonly T[]) => Promise<void>,
    gatherMs = 0,
  ): Batcher<T, undefined> {
    return new Batcher<T, undefined>(
      async (items) => {
        await this.#untilWritten(() => write(items));
        this.#held.letGo(items.map(idOf));
        this.#roomMade();
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
        this.#telemetry.emit('ledger.waiting', { reason: error instanceof Error ? error.message : String(error) });
        await new Promise((resolve) => setTimeout(resolve, LEDGER_PAUSE_MS));
      }
    }
  }

  async #prolong(): Promise<void> {
    const ids = this.#held.before(Date.now() - PROLONG_EVERY_MS);
    if (ids.length > 0) await this.#outbox.prolong(ids).catch(() => undefined);
  }
}
