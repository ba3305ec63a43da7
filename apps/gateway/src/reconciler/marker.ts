import { setTimeout as delay } from 'node:timers/promises';
import { PublishError } from '#libs/broker';
import { type ProbeStore } from '../ledger/probe-store.js';
import { type Prober, type SentMarker } from './prober.js';
import { type ReconcilerTimes } from './times.js';

const LOOK_EVERY_MS = 50;

export interface MarkerParts {
  readonly prober: Pick<Prober, 'mark'>;
  readonly probes: ProbeStore;
  /** Counts who reads reports, as the broker sees it. */
  readonly trackers: () => Promise<number>;
  readonly times: Pick<ReconcilerTimes, 'markerPatienceMs' | 'pulseMs'>;
}

/**
 * Says up to when the ledger knows what was reported. The trackers of all gateways share one queue: they are counted, then
 * a marker is sent through it. When it has been read, so has everything before it; and when as many trackers as were
 * counted have committed what they had read a while after that, it is in the ledger. A tracker that dies meanwhile is
 * missing in the second count, and what it had read lies in the queue again.
 */
export class Marker {
  readonly #parts: MarkerParts;

  constructor(parts: MarkerParts) {
    this.#parts = parts;
  }

  /** When what is known by now was reported at the latest, by the ledger's clock; undefined when the ledger is behind. */
  async knownUpTo(signal: AbortSignal): Promise<number | undefined> {
    const { probes, times } = this.#parts;
    const trackers = await this.#parts.trackers();
    if (trackers === 0) return undefined;
    const marker = await this.#send(signal);
    if (marker === undefined) return undefined;
    const deadline = performance.now() + times.markerPatienceMs;
    try {
      while (performance.now() < deadline) {
        if (await probes.isKnown(marker.id, trackers, times.pulseMs)) return marker.sentAt;
        await delay(LOOK_EVERY_MS, undefined, { signal });
      }
      return undefined;
    } finally {
      await probes.forget([marker.id]);
    }
  }

  // A broker in alarm confirms nothing for as long as that lasts.
  async #send(signal: AbortSignal): Promise<SentMarker | undefined> {
    const { prober, times } = this.#parts;
    const sent = new AbortController();
    const patience = delay(times.markerPatienceMs, undefined, { signal: AbortSignal.any([signal, sent.signal]) });
    try {
      return await Promise.race([prober.mark().catch(notSent), patience]);
    } finally {
      sent.abort();
    }
  }
}

function notSent(error: unknown): undefined {
  if (!(error instanceof PublishError)) throw error;
}
