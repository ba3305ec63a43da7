import { Batcher } from '#libs/batching';
import { type BrokerLink, type BrokerNames, type Delivery, Subscriber, type SubscriberOptions } from '#libs/broker';
import { type RunReport } from '#libs/contracts';
import { type Telemetry } from '#libs/observability';
import { blamesSchema, LedgerUnavailableError } from '../ledger/database.js';
import { type Dispatch, type Turns } from '../ledger/outbox.js';
import { type ProbeStore } from '../ledger/probe-store.js';
import { type DomainReport, type ReportStore } from '../ledger/report-store.js';
import { readReports } from './read-reports.js';

/** Messages, of up to 500 reports each, that are read ahead. While the ledger is away nothing more is read. */
const PREFETCH = 10;
const LEDGER_PAUSE_MS = 500;

export interface TrackerParts {
  readonly link: BrokerLink;
  readonly names: BrokerNames;
  readonly setup: NonNullable<SubscriberOptions['setup']>;
  readonly reports: ReportStore;
  readonly probes: Pick<ProbeStore, 'answered'>;
  readonly dispatch: Pick<Dispatch, 'wake'> & Turns;
  /** Looks at once for what follows from the ends of jobs; it looks by itself, too. */
  readonly follow: () => void;
  readonly telemetry: Telemetry;
}

/**
 * Turns what apps report into facts of the ledger. A message is acknowledged when all of its reports are committed.
 * A report that the ledger refuses is kept aside alone, with its reason, and its job fails with `unreadable_report`.
 */
export class Tracker {
  readonly #parts: TrackerParts;
  readonly #subscriber: Subscriber;
  readonly #writing: Batcher<DomainReport, undefined>;
  readonly #taking = new Set<Promise<void>>();
  #stopped = false;

  constructor(parts: TrackerParts) {
    this.#parts = parts;
    this.#subscriber = new Subscriber(parts.link, {
      queue: parts.names.reports,
      prefetch: PREFETCH,
      setup: parts.setup,
      handle: (delivery) => this.#take(delivery),
    });
    this.#writing = new Batcher(async (reports) => {
      await this.#write(reports);
      return reports.map(() => undefined);
    }, isToBlame);
  }

  start(): void {
    this.#subscriber.start();
  }

  /** Reads no more, and settles when what was read is committed. */
  async stop(): Promise<void> {
    await this.#subscriber.pause();
    this.#stopped = true;
    await this.#subscriber.stop();
  }

  /** Settles when everything that has been read by now is committed. */
  async settled(): Promise<void> {
    await Promise.all(this.#taking);
  }

  #take(delivery: Delivery): Promise<void> {
    const work = this.#commit(delivery, [...this.#taking]);
    this.#taking.add(work);
    const done = (): void => void this.#taking.delete(work);
    work.then(done, done);
    return work;
  }

  /** @param earlier what was read before: an answer to a probe is noted when that is committed */
  async #commit(delivery: Delivery, earlier: readonly Promise<void>[]): Promise<void> {
    const read = readReports(delivery);
    if (read.ok) {
      const { reports, probes, unreadable } = read.value;
      const kept = unreadable.map((report) => this.#keepAside(report, 'not_a_report'));
      await Promise.all([...kept, ...reports.map((report) => this.#enter(report))]);
      await this.#answered(probes, earlier);
    } else {
      this.#parts.telemetry.emit('message.unreadable', { where: 'reports', code: read.code, reason: read.reason });
      await this.#keepAside(delivery.body.toString(), read.reason);
    }
    delivery.ack();
  }

  async #answered(probes: readonly string[], earlier: readonly Promise<void>[]): Promise<void> {
    if (probes.length === 0) return;
    await Promise.all(earlier);
    await this.#patiently(() => this.#parts.probes.answered(probes));
  }

  async #enter(report: DomainReport): Promise<void> {
    try {
      await this.#writing.add(report);
    } catch (error) {
      if (!isToBlame(error)) throw error;
      await this.#keepAside(report.report, error instanceof Error ? error.message : String(error));
      await this.#fail({ domain: report.domain, report: unreadable(report.report) });
    }
  }

  // A run that the ledger cannot even count is none of the job's: it moves nothing.
  async #fail(substitute: DomainReport): Promise<void> {
    try {
      await this.#writing.add(substitute);
    } catch (error) {
      if (!isToBlame(error)) throw error;
    }
  }

  async #write(reports: readonly DomainReport[]): Promise<void> {
    const startedAt = performance.now();
    const { toSend, toFollow, strangers, figures } = await this.#patiently(() => this.#parts.reports.apply(reports));
    const { telemetry, dispatch, follow } = this.#parts;
    telemetry.emit('reports.written', { count: reports.length, durationMs: performance.now() - startedAt });
    for (const run of figures.flatMap(({ begun }) => begun)) telemetry.emit('run.begun', run);
    const ended = figures.flatMap(({ final }) => final);
    for (const job of ended) telemetry.emit('job.final', job);
    for (const { report } of strangers) telemetry.emit('report.kept-aside', { reason: `unknown_job ${report.job}` });
    if (toSend) dispatch.wake();
    else dispatch.left(ended.length);
    if (toFollow) follow();
  }

  async #keepAside(report: unknown, reason: string): Promise<void> {
    this.#parts.telemetry.emit('report.kept-aside', { reason });
    await this.#patiently(() => this.#parts.reports.keepAside(report, reason));
  }

  async #patiently<R>(write: () => Promise<R>): Promise<R> {
    for (;;) {
      try {
        return await write();
      } catch (error) {
        if (isToBlame(error) || this.#stopped) throw error;
        if (blamesSchema(error))
          this.#parts.telemetry.emit('message.waiting', { where: 'reports', reason: String(error) });
        await new Promise((resolve) => setTimeout(resolve, LEDGER_PAUSE_MS));
      }
    }
  }
}

/** What does not go away by trying again lies in the reports themselves, but for tables that are not yet, or no longer, ours. */
function isToBlame(error: unknown): boolean {
  return !(error instanceof LedgerUnavailableError) && !blamesSchema(error);
}

function unreadable(report: RunReport): RunReport {
  const failure = { code: 'unreadable_report', message: 'What the worker reported of this run could not be stored.' };
  return {
    type: 'ended',
    job: report.job,
    run: report.run,
    worker: 'unreadable',
    attempt: 'attempt' in report ? Math.min(report.attempt, 1_000_000) : 1,
    startedAt: '',
    durationMs: 0,
    outcome: { kind: 'reject', failure },
  };
}
