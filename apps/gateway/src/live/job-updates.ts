import { setTimeout as pause } from 'node:timers/promises';
import { isFinal, type Job, type JobChange } from '#libs/contracts';
import { LedgerUnavailableError } from '../ledger/database.js';
import { hasEnded, standsAlike, stateOf } from '../ledger/job-change.js';
import { type JobStore } from '../ledger/job-store.js';
import { type LineCursor, type LogLine, type TellingStore } from '../ledger/telling-store.js';
import { type JobWatch } from './job-watch.js';

const LINES_AT_ONCE = 100;
const LEDGER_PAUSE_MS = 1_000;
/** Lines travel beside the report of their run's end and may come after it. */
const LAST_LINES_MS = 1_000;

/**
 * One thing that a reader is told of a job. `told` is the version up to which it has been told all: where it may go on
 * later.
 */
export type JobUpdate =
  | { readonly kind: 'status'; readonly told: number; readonly state: JobChange; readonly ended: Job | null }
  | { readonly kind: 'progress'; readonly told: number; readonly state: JobChange }
  | { readonly kind: 'log'; readonly told: number; readonly line: LogLine };

/** What updates are made of beside the changes themselves. */
export interface JobSources {
  readonly jobs: Pick<JobStore, 'find'>;
  /** Absent: the reader wants no log lines. */
  readonly log?: Pick<TellingStore, 'linesSince'>;
}

/**
 * Tells a reader of a job: what it is now, then what it becomes, up to its end. Log lines come before what is newer than
 * they are. The reader sets the pace.
 */
export class JobUpdates {
  readonly #watch: JobWatch;
  readonly #sources: JobSources;
  /** Up to which version the reader has been told all, and behind which line. */
  #told = 0;
  #line: LineCursor = { version: 0 };

  constructor(watch: JobWatch, sources: JobSources) {
    this.#watch = watch;
    this.#sources = sources;
  }

  /**
   * @param job as it was read after the watch had been opened
   * @param since the version up to which the reader knows all; without one, what was logged before is left out
   */
  async *from(job: Job, since?: number): AsyncGenerator<JobUpdate, void, undefined> {
    let [state, ended] = [stateOf(job), endOf(job)];
    this.#watch.begin(state);
    this.#goOnBehind(this.#sources.log === undefined ? state.version : Math.min(since ?? Infinity, state.version));
    yield { kind: 'status', told: this.#told, state, ended };
    yield* this.#linesUpTo(state.version);
    while (ended === null) {
      const change = await this.#watch.next();
      if (change === undefined) return;
      const read = hasEnded(change) ? await this.#read(change.id) : null;
      if (read === undefined) return;
      // A job that was read may have been queued again meanwhile: then it has not ended.
      const next = read === null ? change : stateOf(read);
      ended = read === null ? null : endOf(read);
      yield* this.#step(state, next, ended);
      state = next;
    }
    yield* this.#lastLines(ended);
  }

  async *#step(before: JobChange, state: JobChange, ended: Job | null): AsyncGenerator<JobUpdate, void, undefined> {
    const { percent, message } = before.progress;
    const movesOn = state.progress.percent !== percent || state.progress.message !== message;
    const isAlike = standsAlike(before, state);
    // Each version that is no change of the job's is a line of its log.
    if (state.version > this.#told + 1 || (isAlike && !movesOn)) yield* this.#linesUpTo(state.version);
    this.#watch.begin(state);
    this.#goOnBehind(state.version);
    if (!isAlike) yield { kind: 'status', told: this.#told, state, ended };
    else if (movesOn) yield { kind: 'progress', told: this.#told, state };
  }

  async *#linesUpTo(version: number): AsyncGenerator<JobUpdate, void, undefined> {
    const { log } = this.#sources;
    if (log === undefined) return;
    for (let lines: LogLine[] | undefined; lines === undefined || lines.length === LINES_AT_ONCE;) {
      lines = await this.#patiently(() => log.linesSince(this.#watch.jobId, this.#line, version, LINES_AT_ONCE));
      for (const line of lines ?? []) {
        this.#line = line;
        this.#told = line.version;
        yield { kind: 'log', told: line.version, line };
      }
      if (lines === undefined) return;
    }
  }

  /** Lines that came after the end have its version. */
  async *#lastLines(ended: Job): AsyncGenerator<JobUpdate, void, undefined> {
    const endedAgo = Date.now() - Date.parse(ended.completedAt ?? '');
    if (this.#sources.log === undefined || endedAgo >= LAST_LINES_MS) return;
    const given = new AbortController();
    const time = pause(Math.min(LAST_LINES_MS - endedAgo, LAST_LINES_MS), undefined, given).catch(() => undefined);
    await Promise.race([time, this.#watch.next()]);
    given.abort();
    if (this.#line.run === undefined) this.#line = { version: ended.version, run: 0, seq: 0 };
    yield* this.#linesUpTo(ended.version);
  }

  #goOnBehind(version: number): void {
    this.#told = version;
    if (this.#line.version < version) this.#line = { version };
  }

  #read(id: string): Promise<Job | undefined> {
    return this.#patiently(() => this.#sources.jobs.find(id, null));
  }

  /** Tries until the ledger answers; undefined when the watch is over before. */
  async #patiently<R>(read: () => Promise<R>): Promise<R | undefined> {
    while (!this.#watch.isOver) {
      try {
        return await read();
      } catch (error) {
        if (!(error instanceof LedgerUnavailableError)) throw error;
        await pause(LEDGER_PAUSE_MS);
      }
    }
    return undefined;
  }
}

/** The job itself when it has ended. */
function endOf(job: Job): Job | null {
  return isFinal(job.status) ? job : null;
}
