import { type LogReport, type Outcome, type RunReport } from '#libs/contracts';
import { type Database } from '../ledger/database.js';
import { ReportStore } from '../ledger/report-store.js';
import { TellingStore } from '../ledger/telling-store.js';

const DONE: Outcome = { kind: 'done', result: { answer: 42 } };
const AT = '2026-01-01T00:00:00.000Z';

/** Moves the first run of jobs as the reports of their workers do. */
export class RunOnLedger {
  readonly #worker: string;
  readonly #reports: ReportStore;
  readonly #telling: TellingStore;

  constructor(
    database: Database,
    private readonly domain: string,
  ) {
    this.#worker = `${domain}@test`;
    this.#reports = new ReportStore(database);
    this.#telling = new TellingStore(database);
  }

  async start(job: string): Promise<void> {
    await this.#apply({ type: 'started', job, run: 1, worker: this.#worker, attempt: 1, at: AT });
  }

  /** @param outcome done, with a result, unless it says */
  async end(job: string, outcome: Outcome = DONE): Promise<void> {
    const times = { startedAt: AT, durationMs: 5 };
    await this.#apply({ type: 'ended', job, run: 1, worker: this.#worker, attempt: 1, ...times, outcome });
  }

  /** @param seq rises with every progress of a job */
  async progress(job: string, seq: number, percent: number): Promise<void> {
    const said = { type: 'progress', job, run: 1, worker: this.#worker, seq } as const;
    await this.#telling.progress(this.domain, [{ ...said, percent, message: `at ${percent}` }]);
  }

  /** Writes lines, each named after its place in the log. */
  async log(job: string, ...seqs: readonly number[]): Promise<void> {
    const line = {
      type: 'log',
      job,
      run: 1,
      worker: this.#worker,
      attempt: 1,
      level: 'info',
      fields: {},
      at: AT,
    } as const;
    await this.#telling.log(
      this.domain,
      seqs.map((seq): LogReport => ({ ...line, seq, message: `line ${seq}` })),
    );
  }

  async #apply(report: RunReport): Promise<void> {
    await this.#reports.apply([{ domain: this.domain, report }]);
  }
}
