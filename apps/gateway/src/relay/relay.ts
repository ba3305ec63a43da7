import { setTimeout as delay } from 'node:timers/promises';
import { ChannelLostError, ConfirmTimeoutError, NotConnectedError, type Publisher, PublishError } from '#libs/broker';
import { type Telemetry } from '#libs/observability';
import { type ControlDispatch, type Dispatch, type Load, type OutboxEntry, type WorkEntry } from '../ledger/outbox.js';
import { CLAIM_MS, type OutboxStore } from '../ledger/outbox-store.js';
import { type ControlLane } from './control-lane.js';
import { type Courier } from './courier.js';
import { HeldEntries } from './held-entries.js';
import { Settlements } from './settlements.js';

const SWEEP_EVERY_MS = 1_000;
const PROLONG_EVERY_MS = CLAIM_MS / 3;
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
  readonly #settlements: Settlements;
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
    this.#settlements = new Settlements({
      ...{ outbox: parts.outbox, held: this.#held, telemetry: parts.telemetry },
      onSettled: () => this.#roomMade(),
    });
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
    this.#settlements.stop();
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
      await this.#settlements.allReleased(); // or what was accepted later would be found before it
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
    await this.#settlements.confirm(entry.id);
  }

  async #giveBack(id: string, error: unknown): Promise<void> {
    const lost =
      error instanceof NotConnectedError || error instanceof ChannelLostError || error instanceof ConfirmTimeoutError;
    const reason = error instanceof PublishError ? error.code : 'unsendable';
    await (lost ? this.#release(id) : this.#settlements.park(id, reason));
  }

  // What is accepted later must not leave before it: neither directly until it is found, nor found until it is free.
  async #release(id: string): Promise<void> {
    this.#caughtUp = false;
    await this.#settlements.release(id);
    this.hurry();
  }

  async #prolong(): Promise<void> {
    const ids = this.#held.before(Date.now() - PROLONG_EVERY_MS);
    if (ids.length > 0) await this.#outbox.prolong(ids).catch(() => undefined);
  }
}
