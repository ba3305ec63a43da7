import { Batcher } from '#libs/batching';
import { type Report, type TellingReport, VERSION_HEADER, WIRE_VERSION } from '#libs/contracts';
import { type BrokerNames } from './names.js';
import { type Publisher } from './publisher.js';
import { runKey, Tellings } from './tellings.js';

const BATCH_BYTES = 256 * 1024;
const BATCH_ITEMS = 500;

/**
 * Sends an app's reports to the ledger in arrays. Reports that move a job are sent until they are confirmed: one array is under way, the
 * next is what has gathered meanwhile; there is no timer. Progress and log lines are sent once, as `Tellings` gathers them.
 */
export class Reporter {
  readonly #publisher: Publisher;
  readonly #exchange: string;
  readonly #domain: string;
  readonly #ended = new AbortController();
  readonly #reports: Batcher<Written, undefined>;
  readonly #told = new Tellings((reports) => this.#tell(reports));

  constructor(publisher: Publisher, names: BrokerNames, domain: string) {
    this.#publisher = publisher;
    this.#exchange = names.status;
    this.#domain = domain;
    this.#reports = new Batcher<Written, undefined>(
      async (items) => {
        await this.#untilConfirmed(withoutNeedlessStarts(items).map(({ json }) => json));
        return items.map(() => undefined);
      },
      () => false,
      { maxItems: BATCH_ITEMS, maxBytes: BATCH_BYTES, sizeOf: ({ json }) => json.length },
    );
  }

  /** Settles when the broker has the report; rejects only when the reporter is stopped first. */
  async report(report: Report): Promise<void> {
    if (report.type === 'ended') this.#told.end(report);
    await this.#reports.add({ report, json: JSON.stringify(report) });
  }

  /**
   * Sends a log line at once, and progress within a tenth of a second together with that of other runs, if it can: what cannot leave is
   * dropped, and so is progress of a run that has told more, or ended, meanwhile.
   */
  tell(report: TellingReport): void {
    this.#told.add(report);
  }

  /** Sends one message of another kind, such as an announcement or a heartbeat; resolves when it is confirmed. */
  async send(kind: 'announce' | 'heartbeat', value: unknown): Promise<void> {
    await this.#publish(kind, `[${JSON.stringify(value)}]`, kind === 'announce');
  }

  /** Gives up what is not confirmed yet: its deliveries stay unacknowledged and come again. */
  stop(): void {
    this.#ended.abort(new Error('The reporter is stopped.'));
  }

  async #untilConfirmed(items: readonly string[]): Promise<void> {
    const body = `[${items.join(',')}]`;
    for (;;) {
      await this.#publisher.whenReady(this.#ended.signal);
      try {
        await this.#publish('report', body, true);
        return;
      } catch {
        this.#ended.signal.throwIfAborted();
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  }

  async #tell(reports: readonly TellingReport[]): Promise<void> {
    try {
      await this.#publish('progress', JSON.stringify(reports), false);
    } catch {
      // The next report tells more.
    }
  }

  #publish(kind: string, body: string, persistent: boolean): Promise<void> {
    return this.#publisher.publish({
      exchange: this.#exchange,
      routingKey: `${this.#domain}.${kind}`,
      body: Buffer.from(body),
      properties: { contentType: 'application/json', headers: { [VERSION_HEADER]: WIRE_VERSION } },
      persistent,
      mandatory: persistent,
    });
  }
}

interface Written {
  readonly report: Report;
  readonly json: string;
}

/** An end says all that its start would: the start of a run that has ended meanwhile need not travel. */
function withoutNeedlessStarts(items: readonly Written[]): readonly Written[] {
  const ended = new Set(items.flatMap(({ report }) => (report.type === 'ended' ? [runKey(report)] : [])));
  return items.filter(({ report }) => report.type !== 'started' || !ended.has(runKey(report)));
}
