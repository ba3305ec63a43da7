import { setTimeout as delay } from 'node:timers/promises';
import { type Telemetry } from '#libs/observability';
import { type PrepareJob, type TickStore } from '../ledger/tick-store.js';

/** A schedule may be new, and another gateway may have died with ticks in hand. */
const LOOK_EVERY_MS = 1_000;
const AT_ONCE = 25;

/** Does the ticks of schedules when they are due. Every gateway has one; the ledger lets each tick be done once. */
export class Ticker {
  readonly #ticks: TickStore;
  readonly #prepare: PrepareJob;
  readonly #telemetry: Telemetry;
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;

  constructor(parts: { ticks: TickStore; prepare: PrepareJob; telemetry: Telemetry }) {
    this.#ticks = parts.ticks;
    this.#prepare = parts.prepare;
    this.#telemetry = parts.telemetry;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Settles when the ticks in hand are done. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  // While the ledger is away nothing is due; the next look finds it.
  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const pause = await this.#tickAll().catch((error: unknown) => {
        this.#telemetry.emit('schedules.waiting', { reason: error instanceof Error ? error.message : String(error) });
        return LOOK_EVERY_MS;
      });
      await delay(pause, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Does what is due. Returns how long to wait for the next. */
  async #tickAll(): Promise<number> {
    const { isDue, untilNextMs } = await this.#ticks.look();
    if (!isDue) return Math.min(untilNextMs, LOOK_EVERY_MS);
    let ticked = 1;
    while (ticked > 0 && !this.#stopping.signal.aborted) ticked = await this.#tick();
    return Math.min((await this.#ticks.look()).untilNextMs, LOOK_EVERY_MS);
  }

  async #tick(): Promise<number> {
    const ticked = await this.#ticks.tick(AT_ONCE, this.#prepare);
    for (const { schedule, tick, outcome, reason } of ticked) {
      const { id, tenant, request } = schedule;
      this.#telemetry.emit('schedule.ticked', {
        ...{ schedule: id, tenant, task: String(request['task']), outcome },
        ...(tick === null ? {} : { tick: tick.toISOString() }),
        ...(reason === null ? {} : { code: reason.code, reason: reason.message }),
      });
    }
    return ticked.length;
  }
}
