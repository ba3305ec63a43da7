import { setTimeout as delay } from 'node:timers/promises';
import {
  decodeWorkOrder,
  type Heartbeat,
  probeIn,
  type Returned,
  type ReturnReason,
  type VoidedRun,
  type WorkOrder,
} from '#libs/contracts';
import { BoundedMemory } from './bounded-memory.js';
import { Places } from './places.js';
import { type Delivery } from './ports.js';
import { processRun, type RunTools } from './process-run.js';
import { RunInHand } from './run-in-hand.js';
import { runKey } from './run-key.js';
import { type Conclusion, type Settlement } from './settlement.js';

const SETTLED_RUNS_KEPT = 10_000;
const VOIDED_JOBS_KEPT = 200_000;

/** How long handlers have when the app ends, in milliseconds. */
export interface DrainTimes {
  /** To end by themselves. */
  readonly graceMs: number;
  /** To end after their signal has aborted. */
  readonly stopMs: number;
}

/**
 * Decides what becomes of each delivery: run, kept for a free place, handed back, buried, or acknowledged as known. It runs
 * at most `concurrency` at once, also when a lost connection has brought new deliveries while old runs go on; one that is to
 * run alone takes all places.
 */
export class Dispatcher {
  readonly #tools: RunTools;
  readonly #settlement: Settlement;
  readonly #places: Places;
  readonly #inHand = new Map<string, RunInHand>();
  readonly #settled = new BoundedMemory<string, true>(SETTLED_RUNS_KEPT);
  readonly #voided = new BoundedMemory<string, number>(VOIDED_JOBS_KEPT);
  readonly #unfinished = new Set<Promise<void>>();
  #takes = false;

  constructor(tools: RunTools, settlement: Settlement, concurrency: number) {
    this.#tools = tools;
    this.#settlement = settlement;
    this.#places = new Places(concurrency, (hand) => {
      this.#follow(this.#work(hand));
    });
  }

  /** The runs that are not lost while this process lives: they wait for a place, run, or are not reported yet. */
  get runs(): Heartbeat['runs'] {
    return [...this.#inHand.values()].map(({ order: { jobId, run } }) => ({ job: jobId, run }));
  }

  /** How many runs have left their places, ever. */
  get ended(): number {
    return this.#places.left;
  }

  /** Takes a message in. Never throws. */
  take(delivery: Delivery): void {
    const probe = probeIn(delivery.properties);
    if (probe === undefined) this.#takeRun(delivery);
    else this.#answer(probe, delivery);
  }

  // It needs no place: its answer says only that what lay before it in the queue has been delivered as well.
  #answer(probe: string, delivery: Delivery): void {
    const report = { type: 'probed', probe, worker: this.#tools.worker } as const;
    this.#settle({ kind: 'reported', report }, () => [delivery]);
  }

  #takeRun(delivery: Delivery): void {
    const decoded = decodeWorkOrder(delivery.properties);
    if (!decoded.ok) {
      const { code, reason } = decoded;
      this.#tools.telemetry.emit('message.unreadable', { where: 'work', code, reason });
      this.#settle({ kind: 'unreadable', delivery, why: decoded }, () => [delivery]);
      return;
    }
    const key = runKey(decoded.value);
    const known = this.#inHand.get(key);
    if (known !== undefined) known.deliveredAgain(delivery);
    else if (this.#settled.get(key)) this.#settle({ kind: 'settled before' }, () => [delivery]);
    else this.#admit(new RunInHand(decoded.value, delivery), delivery.redelivered);
  }

  /** New deliveries are run from now on. */
  open(): void {
    this.#takes = true;
  }

  /** What has not begun, and what still comes, is handed back from now on. */
  hold(): void {
    this.#takes = false;
    for (const hand of this.#places.drop(() => true)) this.#handBack(hand, 'draining');
  }

  /** Hands back what came last and has not begun, until no more than so many run or wait. */
  keep(runs: number): void {
    for (const hand of this.#places.dropBeyond(runs)) this.#handBack(hand, 'draining', { surplus: true });
  }

  /** A channel is gone: what came on it and has not begun will be delivered to somebody again. */
  forgetWaiting(): void {
    const gone = this.#places.drop(({ deliveries }) => deliveries.every((delivery) => delivery.gone));
    for (const hand of gone) this.#inHand.delete(runKey(hand.order));
  }

  /** These runs must not begin, and stop if they have, but those that are spared. */
  void(runs: readonly VoidedRun[]): void {
    const voided = new Set<RunInHand>();
    const stopped = new Set<RunInHand>();
    for (const { job, upTo, begun } of runs) {
      this.#voided.put(job, Math.max(upTo, this.#voided.get(job) ?? 0));
      for (const hand of this.#inHand.values()) {
        if (hand.order.jobId !== job || hand.order.run > upTo) continue;
        voided.add(hand);
        if (begun !== 'spared') stopped.add(hand);
      }
    }
    // All at once: one that is to be voided next must not begin in the place of another.
    for (const hand of this.#places.drop((waiting) => voided.has(waiting))) {
      stopped.delete(hand);
      this.#handBack(hand, 'voided');
    }
    for (const hand of stopped) hand.stop('voided');
  }

  /** Hands back what has not begun, and waits for the rest, however long it takes. */
  async finish(): Promise<void> {
    this.hold();
    await this.#idle();
  }

  /** Hands back what has not begun, and waits for the rest; who does not end in time is told to stop, then left behind. */
  async drain({ graceMs, stopMs }: DrainTimes): Promise<void> {
    this.hold();
    if (await this.#idleWithin(graceMs)) return;
    for (const hand of this.#inHand.values()) hand.stop('draining');
    if (await this.#idleWithin(stopMs)) return;
    for (const hand of this.#inHand.values()) hand.leave();
    await this.#idle();
  }

  #admit(hand: RunInHand, redelivered: boolean): void {
    const reason = this.#whyNot(hand.order, redelivered);
    this.#inHand.set(runKey(hand.order), hand);
    if (reason !== undefined) {
      this.#handBack(hand, reason);
      return;
    }
    this.#places.enter(hand);
  }

  #whyNot(order: WorkOrder, redelivered: boolean): ReturnReason | undefined {
    if (order.run <= (this.#voided.get(order.jobId) ?? -1)) return 'voided';
    if (redelivered) return 'redelivered';
    return this.#takes ? undefined : 'draining';
  }

  async #work(hand: RunInHand): Promise<void> {
    try {
      const report = await this.#run(hand);
      await this.#finish(hand, { kind: 'reported', report });
    } catch {
      // Whatever went wrong cost one run its report: the message stays unacknowledged.
      this.#inHand.delete(runKey(hand.order));
    } finally {
      if (hand.order.alone) this.#places.leave(hand);
    }
  }

  // A place is for the handler only: the next one begins while the report is on its way. What runs alone keeps all until it
  // is reported, or the next could end the process before that, and it would be taken for lost.
  async #run(hand: RunInHand): ReturnType<typeof processRun> {
    try {
      return await processRun(hand, this.#tools);
    } finally {
      if (!hand.order.alone) this.#places.leave(hand);
    }
  }

  #handBack(hand: RunInHand, reason: ReturnReason, more: Pick<Returned, 'surplus'> = {}): void {
    const { jobId: job, run } = hand.order;
    this.#tools.telemetry.emit('job.returned', { job, run, reason });
    const report = { type: 'returned', job, run, worker: this.#tools.worker, reason, ...more } as const;
    this.#follow(this.#finish(hand, { kind: 'reported', report }));
  }

  async #finish(hand: RunInHand, conclusion: Conclusion): Promise<void> {
    const key = runKey(hand.order);
    await this.#settlement
      .settle(conclusion, () => hand.deliveries)
      .then(
        () => {
          this.#settled.put(key, true);
        },
        // The app ends and could not say it: the message stays unacknowledged and is delivered again.
        () => undefined,
      );
    this.#inHand.delete(key);
  }

  #settle(conclusion: Conclusion, deliveries: () => readonly Delivery[]): void {
    this.#follow(this.#settlement.settle(conclusion, deliveries).catch(() => undefined));
  }

  #follow(work: Promise<void>): void {
    this.#unfinished.add(work);
    void work.finally(() => this.#unfinished.delete(work));
  }

  async #idle(): Promise<void> {
    while (this.#unfinished.size > 0) await Promise.all(this.#unfinished);
  }

  async #idleWithin(ms: number): Promise<boolean> {
    const waited = new AbortController();
    const late = delay(ms, false, { signal: waited.signal }).catch(() => false);
    const idle = this.#idle().then(() => true);
    return Promise.race([idle, late]).finally(() => {
      waited.abort();
    });
  }
}
