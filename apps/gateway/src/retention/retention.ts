import { setTimeout as delay } from 'node:timers/promises';
import { type Telemetry } from '#libs/observability';
import { type Removal } from '../ledger/retention-store.js';
import { type Chore } from './chores.js';

const ROUND_EVERY_MS = 60_000;
/** Half of the time at most is spent on it, however much is old. */
const REST_PER_WORK = 1;
/** A portion that takes longer, or fails, is halved for the next time: jobs may have thousands of log lines, and far files. */
const QUICK_MS = 500;

/** Lets go of what is old, a portion at a time, with a rest after each. Every gateway has one; one at a time is at work. */
export class Retention {
  readonly #chores: readonly Chore[];
  readonly #telemetry: Telemetry;
  readonly #portions = new Map<Chore, number>();
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;

  constructor(chores: readonly Chore[], telemetry: Telemetry) {
    this.#chores = chores;
    this.#telemetry = telemetry;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Settles when the portion in hand is done. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  /** Does every chore until nothing is left of it, another gateway is at it, or it is stopped. */
  async round(): Promise<void> {
    for (const chore of this.#chores) {
      await this.#do(chore).catch((error: unknown) => {
        const reason = error instanceof Error ? error.message : String(error);
        this.#telemetry.emit('retention.waiting', { what: chore.what, reason });
      });
    }
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      await this.#rest(ROUND_EVERY_MS);
      await this.round();
    }
  }

  async #do(chore: Chore): Promise<void> {
    for (let more = true; more && !this.#stopping.signal.aborted;) {
      const { portion, looked, removed, tookMs } = await this.#remove(chore);
      if (removed > 0) this.#telemetry.emit('retention.removed', { what: chore.what, count: removed });
      more = looked >= portion;
      if (more) await this.#rest(REST_PER_WORK * tookMs);
    }
  }

  /** Lets a portion go. While another gateway is at it, nothing is looked at. */
  async #remove(chore: Chore): Promise<Removal & { readonly portion: number; readonly tookMs: number }> {
    const began = performance.now();
    const portion = this.#portions.get(chore) ?? chore.portion;
    this.#portions.set(chore, Math.ceil(portion / 2));
    const removal = (await chore.remove(portion)) ?? { looked: 0, removed: 0 };
    const tookMs = performance.now() - began;
    if (tookMs < QUICK_MS) this.#portions.set(chore, Math.min(portion * 2, chore.portion));
    return { ...removal, portion, tookMs };
  }

  async #rest(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.#stopping.signal, ref: false }).catch(() => undefined);
  }
}
