import { Batcher } from '#libs/batching';
import { type BrokerLink, type BrokerNames, type Delivery, Subscriber, type SubscriberOptions } from '#libs/broker';
import { checkVersion, decodeJson, type Heartbeat, isHeartbeat } from '#libs/contracts';
import { type Telemetry } from '#libs/observability';
import { LedgerUnavailableError } from '../ledger/database.js';
import { type WorkerStore } from '../ledger/worker-store.js';

/** One at a time: a gateway that stands still takes no more than one heartbeat of anybody with it. */
const PREFETCH = 1;
const LEDGER_PAUSE_MS = 500;
const FORGET_EVERY_MS = 3_600_000;
const LARGEST_BYTES = 1024 * 1024;

export interface HeartbeatReaderParts {
  readonly link: BrokerLink;
  readonly names: BrokerNames;
  readonly setup: NonNullable<SubscriberOptions['setup']>;
  readonly workers: WorkerStore;
  readonly telemetry: Telemetry;
}

/**
 * Enters who works into the ledger. A heartbeat is acknowledged when it is read, so that those of many workers share a
 * statement; while the ledger does not answer, this gateway leaves heartbeats to the others.
 */
export class HeartbeatReader {
  readonly #parts: HeartbeatReaderParts;
  readonly #subscriber: Subscriber;
  readonly #writing: Batcher<Heartbeat, undefined>;
  #troubled = false;
  #gaps = 0;
  #stopped = false;
  #forgetting: NodeJS.Timeout | undefined;

  constructor(parts: HeartbeatReaderParts) {
    this.#parts = parts;
    this.#subscriber = new Subscriber(parts.link, {
      queue: parts.names.heartbeats,
      prefetch: PREFETCH,
      setup: parts.setup,
      handle: (delivery) => this.#take(delivery),
      lost: () => {
        this.#gaps += 1;
      },
    });
    this.#writing = new Batcher(async (heartbeats) => {
      await this.#write(heartbeats);
      return heartbeats.map(() => undefined);
    }, isToBlame);
  }

  /** True while heartbeats reach the ledger through this gateway: else nobody's silence means anything. */
  get listens(): boolean {
    return this.#subscriber.attached && !this.#troubled;
  }

  /** How often this gateway has stopped listening: silence is measured anew after each time. */
  get gaps(): number {
    return this.#gaps;
  }

  start(): void {
    this.#subscriber.start();
    this.#forgetting = setInterval(() => {
      this.#parts.workers.forget().catch(() => undefined); // the next hour does
    }, FORGET_EVERY_MS).unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#forgetting);
    this.#stopped = true;
    await this.#subscriber.stop();
    await this.#writing.drained();
  }

  async #take(delivery: Delivery): Promise<void> {
    const heartbeat = heartbeatIn(delivery);
    if (heartbeat === undefined) {
      this.#refuse('Expected a list of one heartbeat of the domain in the routing key.');
    } else {
      const written = this.#writing.add(heartbeat).catch((error: unknown) => {
        if (isToBlame(error)) this.#refuse(`The ledger cannot store it: ${String(error)}`);
      });
      if (this.#troubled) await written;
    }
    delivery.ack();
  }

  async #write(heartbeats: readonly Heartbeat[]): Promise<void> {
    for (;;) {
      try {
        await this.#parts.workers.hear(heartbeats);
        this.#troubled = false;
        return;
      } catch (error) {
        if (isToBlame(error)) throw error;
        this.#troubled = true;
        this.#gaps += 1;
        if (this.#stopped) throw error;
        await new Promise((resolve) => setTimeout(resolve, LEDGER_PAUSE_MS));
      }
    }
  }

  #refuse(reason: string): void {
    this.#parts.telemetry.emit('message.unreadable', { where: 'heartbeats', code: 'not_a_heartbeat', reason });
  }
}

function heartbeatIn({ routingKey, properties, body }: Delivery): Heartbeat | undefined {
  if (!checkVersion(properties.headers).ok || body.length > LARGEST_BYTES) return undefined;
  const json = decodeJson(body);
  const [heartbeat, ...rest] = json.ok && Array.isArray(json.value) ? (json.value as unknown[]) : [];
  const isOne = rest.length === 0 && isHeartbeat(heartbeat) && routingKey.startsWith(`${heartbeat.domain}.`);
  return isOne ? heartbeat : undefined;
}

function isToBlame(error: unknown): boolean {
  return !(error instanceof LedgerUnavailableError);
}
