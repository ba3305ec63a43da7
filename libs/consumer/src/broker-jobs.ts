import { setTimeout as delay } from 'node:timers/promises';
import { type BrokerNames, type Publisher } from '#libs/broker';
import { encodeSpawn, type SpawnedJob } from '#libs/contracts';
import { type JobOutlet } from './ports.js';

const PAUSE_MS = 100;

/** The way that jobs take into the suite. Each is sent until the broker confirms it: its id keeps it from being two. */
export class BrokerJobs implements JobOutlet {
  readonly #publisher: Publisher;
  readonly #names: BrokerNames;

  constructor(publisher: Publisher, names: BrokerNames) {
    this.#publisher = publisher;
    this.#names = names;
  }

  async send(task: string, body: string, job: SpawnedJob, signal: AbortSignal): Promise<void> {
    const message = {
      exchange: this.#names.jobs,
      routingKey: task,
      body: Buffer.from(body),
      properties: encodeSpawn(job),
    };
    for (;;) {
      await this.#publisher.whenReady(signal);
      try {
        await this.#publisher.publish(message);
        return;
      } catch {
        await delay(PAUSE_MS, undefined, { signal });
      }
    }
  }
}
