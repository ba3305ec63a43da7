import { setTimeout as delay } from 'node:timers/promises';
import { type BrokerLink, type BrokerNames, type Delivery, pickOut, readReason } from '#libs/broker';
import { type Telemetry } from '#libs/observability';
import { type Lookout } from '../ledger/lookout.js';
import { type RemovalStore, type SweepOrder } from '../ledger/removal-store.js';
import { Rounds } from '../rounds/rounds.js';
import { letterIdOf } from './letter-id.js';

const LEAST_REST_MS = 500;
/** While a queue is swept nobody sees what lies in it, so a long sweep is followed by a longer rest. */
const REST_PER_SWEEP = 4;

export interface SweeperParts {
  readonly link: BrokerLink;
  readonly names: BrokerNames;
  readonly removals: RemovalStore;
  readonly lookout: Pick<Lookout, 'on'>;
  readonly telemetry: Telemetry;
}

/** A message in a queue of letters, as far as a sweep has to know it. */
interface Seen {
  readonly letterId: string;
  readonly ofJob: boolean;
}

/**
 * Takes out of the broker's queues of dead letters those that are no longer among the ledger's: redriven, purged, or
 * deleted with their jobs. One queue at a time, and each by one gateway only.
 */
export class Sweeper {
  readonly #parts: SweeperParts;
  readonly #ended = new AbortController();
  readonly #rounds = new Rounds(() => this.#work());

  constructor(parts: SweeperParts) {
    this.#parts = parts;
    parts.lookout.on('removals', () => this.#rounds.wake());
  }

  start(): void {
    this.#rounds.start();
  }

  /** Settles when no sweep is under way; what one held lies in its queue again. */
  async stop(): Promise<void> {
    this.#ended.abort(new Error('The sweeper is stopped.'));
    await this.#rounds.stop();
  }

  /** Sweeps a queue, and rests. */
  async #work(): Promise<void> {
    const startedAt = performance.now();
    const swept = this.#parts.link.state === 'open' && (await this.#sweepNext());
    if (!swept) return;
    const rest = Math.max(LEAST_REST_MS, REST_PER_SWEEP * (performance.now() - startedAt));
    await delay(rest, undefined, { signal: this.#ended.signal }).catch(() => undefined);
  }

  // What fails is taken up again when its lease has run out.
  async #sweepNext(): Promise<boolean> {
    const order = await this.#parts.removals.take().catch(() => undefined);
    if (order === undefined) return false;
    try {
      await this.#sweep(order);
    } catch (error) {
      this.#parts.telemetry.emit('sweep.failed', { queue: order.queue, reason: String(error) });
    }
    return true;
  }

  async #sweep(order: SweepOrder): Promise<void> {
    const { link, names, removals, telemetry } = this.#parts;
    const queue = names.deadQueue(order.queue);
    const picked = await pickOut<Seen>(link, queue, {
      read: seen,
      unwanted: async (letters) => {
        await removals.prolong(order.queue);
        const present = await removals.present(letters.filter(({ ofJob }) => ofJob).map(({ letterId }) => letterId));
        const isGone = ({ letterId, ofJob }: Seen): boolean =>
          ofJob ? !present.has(letterId) : order.gone.has(letterId);
        return new Set(letters.filter(isGone));
      },
      signal: this.#ended.signal,
    });
    await removals.done(order);
    telemetry.emit('letters.swept', { queue, ...picked });
  }
}

function seen(delivery: Delivery): Seen {
  const reason = readReason(delivery);
  const letterId = letterIdOf(delivery, reason);
  // A name made of the content is no job's letter, whatever a header says.
  return { letterId, ofJob: reason.ofJob === true && letterId === reason.id };
}
