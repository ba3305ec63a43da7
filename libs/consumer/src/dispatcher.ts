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
  readonly #concurrency: number;
  readonly #inHand = new Map<string, RunInHand>();
  readonly #settled = new BoundedMemory<string, true>(SETTLED_RUNS_KEPT);
  readonly #voided = new BoundedMemory<string, number>(VOIDED_JOBS_KEPT);
  readonly #unfinished = new Set<Promise<void>>();
  #waiting: RunInHand[] = [];
  #placesTaken = 0;
  #takes = false;
  #ended = 0;

  constructor(tools: RunTools, settlement: Settlement, concurrency: number) {
    this.#tools = tools;
    this.#settlement = settlement;
    this.#concurrency = concurrency;
  }

  /** The runs that are not lost while this process lives: they wait for a place, run, or are not reported yet. */
  get runs(): Heartbeat['runs'] {
    return [...this.#inHand.values()].map(({ order: { jobId, run } }) => ({ job: jobId, run }));
  }

  /** How many runs have left their places, ever. */
  get ended(): number {
    return this.#ended;
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
    for (const hand of this.#waiting.splice(0)) this.#handBack(hand, 'draining');
  }

  /**
   * Hands back what came last and has not begun, until no more than so many run or wait. The first that is to run alone stays: handed
   * from one to the next, it would find all places free nowhere.
   */
  keep(runs: number): void {
    const beyond = Math.max(0, this.#placesTaken + this.#waiting.length - runs);
    const stays = this.#waiting.find(({ order }) => order.alone);
    const others = this.#waiting.filter((hand) => hand !== stays);
    const back = new Set(others.slice(Math.max(0, others.length - beyond)));
    this.#waiting = this.#waiting.filter((hand) => !back.has(hand));
    for (const hand of back) this.#handBack(hand, 'draining', { surplus: true });
  }

  /** A channel is gone: what came on it and has not begun will be delivered to somebody again. */
  forgetWaiting(): void {
    const gone = this.#waiting.filter(({ deliveries }) => deliveries.every((delivery) => delivery.gone));
    this.#waiting = this.#waiting.filter((hand) => !gone.includes(hand));
    for (const hand of gone) this.#inHand.delete(runKey(hand.order));
    this.#beginNext();
  }

  /** These runs must not begin, and stop if they have, but those that are spared. */
  void(runs: readonly VoidedRun[]): void {
    for (const { job, upTo, begun } of runs) {
      this.#voided.put(job, Math.max(upTo, this.#voided.get(job) ?? 0));
      for (const hand of this.#inHand.values())
        if (hand.order.jobId === job && hand.order.run <= upTo) this.#stop(hand, begun);
    }
    // What waited for all places may be gone from before what needs one.
    this.#beginNext();
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
    this.#waiting.push(hand);
    this.#beginNext();
  }

  #whyNot(order: WorkOrder, redelivered: boolean): ReturnReason | undefined {
    if (order.run <= (this.#voided.get(order.jobId) ?? -1)) return 'voided';
    if (redelivered) return 'redelivered';
    return this.#takes ? undefined : 'draining';
  }

  // Nobody overtakes: who needs all places would wait for ever among those that need one.
  #beginNext(): void {
    for (;;) {
      const [hand] = this.#waiting;
      if (hand === undefined || this.#placesTaken + this.#placesOf(hand) > this.#concurrency) return;
      this.#waiting.shift();
      this.#placesTaken += this.#placesOf(hand);
      this.#follow(this.#work(hand));
    }
  }

  #placesOf({ order }: RunInHand): number {
    return order.alone ? this.#concurrency : 1;
  }

  async #work(hand: RunInHand): Promise<void> {
    try {
      const report = await this.#run(hand);
      await this.#finish(hand, { kind: 'reported', report });
    } catch {
      // Whatever went wrong cost one run its report: the message stays unacknowledged.
      this.#inHand.delete(runKey(hand.order));
    } finally {
      if (hand.order.alone) this.#leave(hand);
    }
  }

  // A place is for the handler only: the next one begins while the report is on its way. What runs alone keeps all until it
  // is reported, or the next could end the process before that, and it would be taken for lost.
  async #run(hand: RunInHand): ReturnType<typeof processRun> {
    try {
      return await processRun(hand, this.#tools);
    } finally {
      if (!hand.order.alone) this.#leave(hand);
    }
  }

  #leave(hand: RunInHand): void {
    this.#placesTaken -= this.#placesOf(hand);
    this.#ended += 1;
    this.#beginNext();
  }

  #handBack(hand: RunInHand, reason: ReturnReason, more: Pick<Returned, 'surplus'> = {}): void {
    const { jobId: job, run } = hand.order;
    this.#tools.telemetry.emit('job.returned', { job, run, reason });
    const report = { type: 'returned', job, run, worker: this.#tools.worker, reason, ...more } as const;
    this.#follow(this.#finish(hand, { kind: 'reported', report }));
  }

  #stop(hand: RunInHand, begun: VoidedRun['begun']): void {
    const place = this.#waiting.indexOf(hand);
    if (place < 0) {
      if (begun !== 'spared') hand.stop('voided');
      return;
    }
    this.#waiting.splice(place, 1);
    this.#handBack(hand, 'voided');
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
