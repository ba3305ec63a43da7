import { setTimeout as delay } from 'node:timers/promises';
import { type Telemetry } from '#libs/observability';
import { type HeldStore } from '../ledger/held-store.js';
import {
  type ControlDispatch,
  type Dispatch,
  type Line,
  type Load,
  type Turns,
  type WorkEntry,
} from '../ledger/outbox.js';
import { type OutboxStore } from '../ledger/outbox-store.js';
import { type Relay } from '../relay/relay.js';
import { Paces } from './queue-pace.js';
import { RoomBook } from './room-book.js';

/** After a look that was slow the next is longer in coming, but a window, which is for two seconds, is filled in time. */
const PAUSE_PER_LOOK = 2;
const LEAST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 200;
/** Somebody else's jobs, and what was missed. */
const SWEEP_EVERY_MS = 1_000;
const PACE_EVERY_MS = 250;
/** Rows that are left to the relay's sweep at once. */
const UNCLAIMED_AT_ONCE = 500;
const ONE_ENTRY: Load = { entries: 1, bytes: 1 };

export interface ReleaserParts {
  readonly relay: Pick<Relay, 'room' | 'takes' | 'send' | 'wake' | 'hurry'>;
  readonly held: HeldStore;
  readonly outbox: Pick<OutboxStore, 'read'>;
  readonly telemetry: Telemetry;
  /** Whether a tenant may have only so many messages in a queue. */
  readonly bounded: boolean;
}

/**
 * Stands before the relay: a tenant has a window of messages in each queue, and what comes beyond it is held in the ledger.
 * While there is room a job goes past, as if nobody stood here. As room comes free, held jobs are let go: tenants take turns.
 */
export class Releaser implements Dispatch, ControlDispatch, Turns {
  readonly #parts: ReleaserParts;
  readonly #book = new RoomBook();
  readonly #paces = new Paces();
  readonly #ended = new AbortController();
  #pacedAt = Number.NEGATIVE_INFINITY;
  #asked = false;
  #rung: (() => void) | undefined;
  #working: Promise<void> | undefined;

  constructor(parts: ReleaserParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#working = this.#work();
  }

  /** Lets nobody go any more, and settles when what was let go is with the relay. */
  async stop(): Promise<void> {
    this.#ended.abort();
    this.#rung?.();
    await this.#working;
  }

  takes(load: Load): boolean {
    return this.#parts.relay.takes(load);
  }

  admits({ queue, tenant, concurrencyKey }: Line & { readonly concurrencyKey: string | null }): boolean {
    return concurrencyKey === null && this.#book.take({ queue, tenant });
  }

  send(entries: readonly WorkEntry[]): void {
    this.#parts.relay.send(entries);
  }

  holds(lines: Iterable<Line>): void {
    this.#book.hold(lines);
    if (this.#book.waits) this.#ring();
  }

  wake(): void {
    this.#parts.relay.wake();
    this.#ring();
  }

  hurry(): void {
    this.#parts.relay.hurry();
    this.#ring();
  }

  left(jobs: number): void {
    if (this.#book.end(jobs)) this.#ring();
  }

  #ring(): void {
    this.#asked = true;
    this.#rung?.();
  }

  async #work(): Promise<void> {
    while (!this.#ended.signal.aborted) {
      const began = performance.now();
      // While the ledger is away nobody's turn comes; the next look finds them.
      const more = await this.#look().catch((error: unknown) => {
        if (!this.#ended.signal.aborted) this.#parts.telemetry.emit('ledger.waiting', { reason: String(error) });
        return false;
      });
      if (more) continue;
      await this.#pause(PAUSE_PER_LOOK * (performance.now() - began));
      if (!this.#asked) await this.#rest();
    }
  }

  async #pause(ms: number): Promise<void> {
    const within = Math.max(LEAST_PAUSE_MS, Math.min(ms, LONGEST_PAUSE_MS));
    await delay(within, undefined, { signal: this.#ended.signal, ref: false }).catch(() => undefined);
  }

  async #rest(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#rung = resolve;
      timer = setTimeout(resolve, SWEEP_EVERY_MS).unref();
      if (this.#ended.signal.aborted) resolve();
    });
    clearTimeout(timer);
    this.#rung = undefined;
  }

  /** Returns whether as many were let go as can be at once, so that there may be more. */
  async #look(): Promise<boolean> {
    this.#asked = false;
    await this.#pace();
    const { relay, held, outbox } = this.#parts;
    const windowOf = this.#parts.bounded
      ? (queue: string): number => this.#paces.windowOf(queue)
      : (): number => Number.POSITIVE_INFINITY;
    const room = relay.takes(ONE_ENTRY) ? relay.room : 0;
    const claimed = room > 0;
    const seen = this.#book.look();
    const most = claimed ? room : UNCLAIMED_AT_ONCE;
    const { released, ...look } = await held.look({ windowOf, most, claimed, random: Math.random });
    seen({ ...look, windowOf });
    if (released.length === 0) return false;
    this.#asked = true;
    if (claimed) relay.send(await outbox.read(released));
    else relay.wake();
    return released.length >= most;
  }

  async #pace(): Promise<void> {
    if (performance.now() - this.#pacedAt < PACE_EVERY_MS) return;
    const paces = await this.#parts.held.paces();
    // However long the ledger has taken, its counts are of now.
    this.#pacedAt = performance.now();
    this.#paces.learn(paces, this.#pacedAt);
  }
}
