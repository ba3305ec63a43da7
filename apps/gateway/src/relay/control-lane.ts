import {
  type BrokerLink,
  type BrokerNames,
  publishControl,
  type Publisher,
  Subscriber,
  type SubscriberOptions,
} from '#libs/broker';
import { type ControlEntry } from '#libs/contracts';
import { type Telemetry } from '#libs/observability';
import { type InForceStore } from '../ledger/in-force-store.js';
import { type ControlRow } from '../ledger/outbox.js';
import { type OutboxStore } from '../ledger/outbox-store.js';

/** The most runs that one entry voids. */
const RUNS_PER_ENTRY = 1_000;
/** A quarter of the stream's retention. */
const REPEAT_EVERY_MS = 6 * 3_600_000;

export interface ControlLaneParts {
  readonly link: BrokerLink;
  readonly names: BrokerNames;
  readonly setup: NonNullable<SubscriberOptions['setup']>;
  readonly publisher: Publisher;
  readonly outbox: Pick<OutboxStore, 'claimControl' | 'confirm' | 'release'>;
  readonly inForce: Pick<InForceStore, 'queues' | 'voids'>;
  readonly telemetry: Telemetry;
}

/**
 * Says on the control stream what apps must know before they get work: first all that is in force, whenever the stream may
 * have lost it (a new channel may lead to a wiped broker, retention is 24 h, somebody may delete the stream), then what was
 * decided since. An entry may be said twice, and by several gateways; each is idempotent.
 */
export class ControlLane {
  readonly #parts: ControlLaneParts;
  /** Notices that the stream is deleted, which a publisher does not. */
  readonly #watch: Subscriber;
  #repeated = false;
  #losses = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: ControlLaneParts) {
    const { link, names, setup, publisher } = parts;
    this.#parts = parts;
    publisher.onLost(() => this.#lose());
    this.#watch = new Subscriber(link, {
      queue: names.control,
      prefetch: RUNS_PER_ENTRY,
      setup,
      consumerArguments: () => ({ 'x-stream-offset': 'next' }),
      handle: (delivery) => {
        delivery.ack();
      },
      lost: () => this.#lose(),
    });
  }

  /** True while the stream holds all that is in force: work may leave. */
  get open(): boolean {
    return this.#repeated;
  }

  start(): void {
    this.#watch.start();
    this.#timer = setInterval(() => this.#lose(), REPEAT_EVERY_MS).unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#watch.stop();
  }

  /** Says all that is to be said. Returns false when the ledger or the broker did not let it. */
  async clear(): Promise<boolean> {
    try {
      while (!this.#repeated) await this.#repeat();
      for (;;) {
        const rows = await this.#parts.outbox.claimControl(RUNS_PER_ENTRY);
        if (rows.length === 0) return this.#repeated;
        await this.#send(rows);
      }
    } catch (error) {
      this.#parts.telemetry.emit('control.waiting', { reason: error instanceof Error ? error.message : String(error) });
      return false;
    }
  }

  #lose(): void {
    this.#repeated = false;
    this.#losses += 1;
  }

  async #repeat(): Promise<void> {
    const losses = this.#losses;
    const { inForce, telemetry } = this.#parts;
    const settings = await inForce.queues();
    for (const { queue, paused, version } of settings)
      await this.#say({ type: paused ? 'pause' : 'resume', queue, version });
    let voids = 0;
    for (let after: string | null = null; ;) {
      const runs = await inForce.voids(RUNS_PER_ENTRY, after);
      const last = runs.at(-1);
      if (last === undefined) break;
      await this.#say({ type: 'void', runs });
      voids += runs.length;
      after = last.job;
    }
    telemetry.emit('control.repeated', { queues: settings.length, voids });
    this.#repeated = losses === this.#losses;
  }

  async #send(rows: readonly ControlRow[]): Promise<void> {
    const { outbox } = this.#parts;
    const ids = rows.map(({ id }) => id);
    try {
      await Promise.all(entriesOf(rows).map((entry) => this.#say(entry)));
    } catch (error) {
      await outbox.release(ids);
      throw error;
    }
    await outbox.confirm(ids);
  }

  #say(entry: ControlEntry): Promise<void> {
    return publishControl(this.#parts.publisher, this.#parts.names, entry);
  }
}

function entriesOf(rows: readonly ControlRow[]): ControlEntry[] {
  const runs = rows.flatMap((row) => (row.kind === 'void' ? [row.voided] : []));
  const settings = rows.flatMap((row): ControlEntry[] =>
    row.kind === 'void' ? [] : [{ type: row.kind, queue: row.queue, version: row.version }],
  );
  return runs.length === 0 ? settings : [...settings, { type: 'void', runs }];
}
