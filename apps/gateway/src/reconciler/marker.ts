import { setTimeout as delay } from 'node:timers/promises';
import { PublishError } from '#libs/broker';
import { type ProbeStore } from '../ledger/probe-store.js';
import { type Prober } from './prober.js';
import { type ReconcilerTimes } from './times.js';

const LOOK_EVERY_MS = 50;

/**
 * Says up to when the ledger knows what was reported. The trackers of all gateways share one queue: they are counted, then
 * a marker is sent through it. When it has been read, so has everything before it; and when as many trackers as were
 * counted have committed what they had read a while after that, it is in the ledger. A tracker that dies meanwhile is
 * missing in the second count, and what it had read lies in the queue again.
 */
export class Marker {
  readonly #prober: Prober;
  readonly #probes: ProbeStore;
  readonly #trackers: () => Promise<number>;
  readonly #times: ReconcilerTimes;

  /** @param trackers counts who reads reports, as the broker sees it */
  constructor(prober: Prober, probes: ProbeStore, trackers: () => Promise<number>, times: ReconcilerTimes) {
    this.#prober = prober;
    this.#probes = probes;
    this.#trackers = trackers;
    this.#times = times;
  }

  /** When what is known by now was reported at the latest, by the ledger's clock; undefined when the ledger is behind. */
  async knownUpTo(signal: AbortSignal): Promise<number | undefined> {
    const trackers = await this.#trackers();
    if (trackers === 0) return undefined;
    const marker = await this.#prober.mark().catch(notSent);
    if (marker === undefined) return undefined;
    const deadline = performance.now() + this.#times.markerPatienceMs;
    try {
      while (performance.now() < deadline) {
        if (await this.#probes.isKnown(marker.id, trackers, this.#times.pulseMs)) return marker.sentAt;
        await delay(LOOK_EVERY_MS, undefined, { signal });
      }
      return undefined;
    } finally {
      await this.#probes.forget([marker.id]);
    }
  }
}

function notSent(error: unknown): undefined {
  if (!(error instanceof PublishError)) throw error;
}
