import { type LogReport, type ProgressReport, type Report, type TellingReport } from '#libs/contracts';

const LINES_AT_MOST = 10_000;
const SENT_TOGETHER = 500;
/** What is sent together is one transaction of the ledger; nobody sees progress move faster than this. */
const GATHER_MS = 100;

/**
 * Sends what runs tell. Of each the latest progress gathers for a tenth of a second, and none of a run that has ended leaves any more. Log
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
      this.#progress.set(keyOf(report), report);
      this.#sendLater();
    } else {
      this.#lines.push(report);
      if (this.#lines.length > LINES_AT_MOST) this.#lines.shift();
      void this.#sendAll();
    }
  }

  /** Looks at a report that moves a job: the end of a run says more than its progress. */
  precede(report: Report): void {
    if (report.type === 'ended') this.#progress.delete(keyOf(report));
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
      const told = [...this.#progress.values(), ...this.#lines.splice(0)];
      this.#progress.clear();
      while (told.length > 0) await this.#send(told.splice(0, SENT_TOGETHER));
    } while (this.#lines.length > 0);
    this.#isSending = false;
    if (this.#progress.size > 0) this.#sendLater();
  }
}

function keyOf({ job, run }: { readonly job: string; readonly run: number }): string {
  return `${job} ${String(run)}`;
}
