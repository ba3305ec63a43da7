import { randomUUID } from 'node:crypto';
import { type BrokerNames, type Publisher, PublishError } from '#libs/broker';
import { encodeProbe, PROBE_KEY, type Probed, VERSION_HEADER, WIRE_VERSION } from '#libs/contracts';
import { type NewProbe, type ProbeStore } from '../ledger/probe-store.js';

/** The first word of a marker's key, where an app's reports have their domain. */
const GATEWAY = 'gateway';

/** A marker on its way, and when it was entered, by the ledger's clock. */
export interface SentMarker {
  readonly id: string;
  readonly sentAt: number;
}

/** Sends probes the way of jobs, and markers the way of reports. */
export class Prober {
  readonly #publisher: Publisher;
  readonly #names: BrokerNames;
  readonly #probes: ProbeStore;

  constructor(publisher: Publisher, names: BrokerNames, probes: ProbeStore) {
    this.#publisher = publisher;
    this.#names = names;
    this.#probes = probes;
  }

  /** Sends a probe through a work queue. One that did not leave is forgotten; one that came back says that the queue is gone. */
  async probe(way: Omit<NewProbe, 'id'>): Promise<void> {
    const id = randomUUID();
    await this.#probes.send({ id, ...way });
    try {
      await this.#publisher.publish({
        exchange: this.#names.work,
        routingKey: `${way.key}.${PROBE_KEY}`,
        body: Buffer.alloc(0),
        properties: encodeProbe({ id, priority: way.priority }),
      });
    } catch (error) {
      if (!(error instanceof PublishError)) throw error;
      if (error.code === 'returned') await this.#probes.gone(id);
      else await this.#probes.forget([id]);
    }
  }

  /**
   * Sends a marker: an answer to no probe, which comes back when everything reported before it has been read.
   * @throws PublishError
   */
  async mark(): Promise<SentMarker> {
    const id = randomUUID();
    const sentAt = await this.#probes.mark(id);
    const marker: Probed = { type: 'probed', probe: id, worker: GATEWAY };
    await this.#publisher.publish({
      exchange: this.#names.status,
      routingKey: `${GATEWAY}.report`,
      body: Buffer.from(JSON.stringify([marker])),
      properties: { contentType: 'application/json', headers: { [VERSION_HEADER]: WIRE_VERSION } },
    });
    return { id, sentAt };
  }
}
