import { type LogReport, type ProgressReport, type TellingReport } from '#libs/contracts';

const LINES_AT_MOST = 10_000;
const SENT_TOGETHER = 500;
/** What is sent together is one transaction of the ledger; nobody sees progress move faster than this. */
const GATHER_MS = 100;

/** Which run of which job something is said of. */
type AboutRun = Pick<ProgressReport, 'job' | 'run'>;

/**
 * Sends what runs tell. Of each the latest progress gathers for a tenth of a second; what waits of a run that has ended is dropped. Log
 * lines leave at once, as the process may die of what the next one would tell; beyond 10,000 that wait the oldest are dropped.
 */
export class Tellings {
  readonly #send: (reports: readonly TellingReport[]) => Promise<void>;
  readonly #progress = new Map<string, ProgressReport>();
  readonly #lines: LogReport[] = [];
  #timer: NodeJS.Timeout | undefined;
  #isSending = false;

  /** @param send sends up to 500 if it can; must not reject. Called again when it has settled. */
  constructor(send: (reports: readonly TellingReport[]) => Promise<void>) {
    this.#send = send;
  }

  add(report: TellingReport): void {
    if (report.type === 'progress') {
      this.#progress.set(runKey(report), report);
      this.#sendLater();
    } else {
      this.#lines.push(report);
      if (this.#lines.length > LINES_AT_MOST) this.#lines.shift();
      void this.#sendAll();
    }
  }

  /** Drops the progress of a run that has ended: its end says more. */
  end(run: AboutRun): void {
    this.#progress.delete(runKey(run));
  }

  #sendLater(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.#sendAll();
    }, GATHER_MS).unref();
  }

  async #sendAll(): Promise<void> {
    if (this.#isSending) return;
    this.#isSending = true;
    await new Promise((resolve) => setImmediate(resolve)); // lines that are written in one turn leave together
    do {
      const told = this.#take();
      if (told.length > 0) await this.#send(told);
    } while (this.#lines.length > 0);
    this.#isSending = false;
    if (this.#progress.size > 0) this.#sendLater();
  }

  #take(): readonly TellingReport[] {
    const progress = [...this.#progress.values()].slice(0, SENT_TOGETHER);
    for (const report of progress) this.#progress.delete(runKey(report));
    return [...progress, ...this.#lines.splice(0, SENT_TOGETHER - progress.length)];
  }
}

/** Names a run among all runs of all jobs. */
export function runKey({ job, run }: AboutRun): string {
  return `${job} ${String(run)}`;
}
