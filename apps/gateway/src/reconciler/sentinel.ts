import { type BrokerLink, type BrokerNames, lookAtQueue } from '#libs/broker';
import { type Telemetry } from '#libs/observability';
import { type SentinelStore, type SentinelWatch } from '../ledger/sentinel-store.js';

export interface SentinelParts {
  readonly link: BrokerLink;
  readonly names: BrokerNames;
  readonly store: SentinelStore;
  readonly telemetry: Telemetry;
}

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
    while (!(await this.#parts.store.watch((watch) => this.#isMended(watch, make))));
  }

  async #isMended(watch: SentinelWatch, make: () => Promise<void>): Promise<boolean> {
    const { link, names, telemetry } = this.#parts;
    if ((await lookAtQueue(link, names.sentinel)) === undefined) {
      if (await watch.wasThere()) {
        const resent = await watch.sendAgain();
        if (resent !== undefined) {
          telemetry.emit('broker.wiped', { ...resent, cause: 'broker_wiped' });
          return false;
        }
        await watch.mended();
      }
      await make();
    }
    await watch.seen();
    return true;
  }
}
