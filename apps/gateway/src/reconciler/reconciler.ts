import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type Publisher } from '#libs/broker';
import { type Telemetry } from '#libs/observability';
import { type Dispatch } from '../ledger/outbox.js';
import { type OldVoidStore } from '../ledger/old-void-store.js';
import { type ProbeStore } from '../ledger/probe-store.js';
import { type Obstacle, type ReconcilerStore } from '../ledger/reconciler-store.js';
import { type SuspectStore } from '../ledger/suspect-store.js';
import { type Tracker } from '../tracker/tracker.js';
import { Inspection } from './inspection.js';
import { type Marker } from './marker.js';
import { type Prober } from './prober.js';
import { type ReconcilerTimes } from './times.js';

const STOP_PATIENCE_MS = 5_000;

export interface ReconcilerParts {
  readonly publisher: Pick<Publisher, 'ready'>;
  readonly prober: Pick<Prober, 'probe'>;
  readonly marker: Pick<Marker, 'knownUpTo'>;
  readonly probes: ProbeStore;
  readonly suspects: SuspectStore;
  readonly oldVoids: OldVoidStore;
  readonly office: ReconcilerStore;
  readonly tracker: Pick<Tracker, 'settled'>;
  readonly dispatch: Pick<Dispatch, 'wake'>;
  readonly telemetry: Telemetry;
  readonly times: ReconcilerTimes;
}

/**
 * Finds jobs whose message or outcome is lost, and sends them again; ends voids whose message is lost. One gateway does it at a time; each tells the others
 * that its tracker keeps up. Nothing is looked for while the ledger may not know what was reported: after a start that is
 * so until everything has been read that lay in the queue of reports.
 */
export class Reconciler {
  readonly #parts: ReconcilerParts;
  readonly #gateway = randomUUID();
  readonly #inspection: Inspection;
  readonly #ended = new AbortController();
  #working: Promise<void> | undefined;
  #caughtUp = false;

  constructor(parts: ReconcilerParts) {
    this.#parts = parts;
    this.#inspection = new Inspection(parts);
  }

  start(): void {
    const { roundMs, pulseMs } = this.#parts.times;
    this.#working = this.#every(roundMs, () => this.#round());
    // Nobody waits for the last one: it waits for a tracker that is stopped later.
    void this.#every(pulseMs, () => this.#pulse());
  }

  async stop(): Promise<void> {
    this.#ended.abort();
    // A probe that the broker does not confirm is not waited for: nothing rests on it.
    const impatience = new AbortController();
    const patience = delay(STOP_PATIENCE_MS, undefined, { signal: impatience.signal }).catch(() => undefined);
    await Promise.race([this.#working, patience]);
    impatience.abort();
    await this.#parts.office.resign(this.#gateway).catch(() => undefined);
  }

  // Neither a ledger nor a broker that is away is an error here: the next round may find them.
  async #every(ms: number, work: () => Promise<void>): Promise<void> {
    while (!this.#ended.signal.aborted) {
      await work().catch((error: unknown) => {
        if (this.#ended.signal.aborted) return;
        this.#caughtUp = false;
        this.#parts.telemetry.emit('reconciler.waiting', { reason: String(error) });
      });
      await delay(ms, undefined, { signal: this.#ended.signal, ref: false }).catch(() => undefined);
    }
  }

  async #pulse(): Promise<void> {
    const since = await this.#parts.office.now();
    await this.#parts.tracker.settled();
    await this.#parts.probes.settled(this.#gateway, since);
  }

  async #round(): Promise<void> {
    const { office } = this.#parts;
    if (!(await office.hold(this.#gateway))) {
      this.#caughtUp = false;
      return;
    }
    const obstacle = await this.#work();
    this.#caughtUp = obstacle === null;
    await office.say(this.#gateway, obstacle);
    // Another gateway may be connected.
    if (obstacle === 'broker_away') await office.yield(this.#gateway);
  }

  // Once it has caught up, a ledger without suspects and old voids need not prove each time that it knows what was reported.
  async #work(): Promise<Obstacle | null> {
    if (!this.#parts.publisher.ready) return 'broker_away';
    const suspicious = await this.#inspection.look();
    if (this.#caughtUp && !suspicious) return null;
    const knownUpTo = await this.#parts.marker.knownUpTo(this.#ended.signal);
    if (knownUpTo === undefined) return 'ledger_behind';
    await this.#inspection.act(knownUpTo);
    return null;
  }
}
