import { type BrokerLink, type BrokerNames, lookAtQueue } from '#libs/broker';
import { type Telemetry } from '#libs/observability';
import { type ResendPosition, type SentinelStore, type SentinelWatch } from '../ledger/sentinel-store.js';

export interface SentinelParts {
  readonly link: BrokerLink;
  readonly names: BrokerNames;
  readonly store: SentinelStore;
  readonly telemetry: Telemetry;
}

/** How far one look at all waiting jobs has come, and how many of them it has sent again. */
interface Progress {
  readonly after: ResendPosition | undefined;
  readonly sent: number;
}

const BEGINNING: Progress = { after: undefined, sent: 0 };

/**
 * Tells whether the broker still has its data, by a queue that gateways alone make. When the ledger knows of it and the
 * broker does not, the broker was wiped: every message in it is gone.
 *
 * The queue is made only when all of them are in the outbox again, and no gateway publishes to a broker that is without
 * it. So what was sent before and what is sent again cannot be confused, also when a gateway dies in the middle: the next
 * finds the queue missing, and goes on with what is still without an outbox row.
 */
export class Sentinel {
  readonly #parts: SentinelParts;

  constructor(parts: SentinelParts) {
    this.#parts = parts;
  }

  /**
   * Settles when messages may be published to the broker.
   * @param make makes the sentinel
   * @throws what keeps ledger or broker from answering; then nothing may be published
   */
  async stand(make: () => Promise<void>): Promise<void> {
    let progress: Progress | undefined = BEGINNING;
    while (progress !== undefined) progress = await this.#goOn(progress, make);
  }

  #goOn(progress: Progress, make: () => Promise<void>): Promise<Progress | undefined> {
    return this.#parts.store.watch(async (watch) => {
      const { link, names } = this.#parts;
      if ((await lookAtQueue(link, names.sentinel)) === undefined) {
        const further = (await watch.wasThere()) ? await this.#mend(watch, progress) : undefined;
        if (further !== undefined) return further;
        await make();
      }
      await watch.seen();
      return undefined;
    });
  }

  // Gateways may have learned meanwhile that the lost broker had taken more: it is mended when a whole look finds nothing.
  async #mend(watch: SentinelWatch, { after, sent }: Progress): Promise<Progress | undefined> {
    const resent = await watch.sendAgain(after);
    if (resent === undefined) {
      if (sent > 0) return BEGINNING;
      const spawned = await watch.mended();
      if (spawned > 0) this.#parts.telemetry.emit('spawned.lost', { count: spawned });
      return undefined;
    }
    const { queue, count, upTo } = resent;
    if (count > 0) this.#parts.telemetry.emit('broker.wiped', { queue, count, cause: 'broker_wiped' });
    return { after: upTo, sent: sent + count };
  }
}
