import { type Duration, type Job } from '#libs/contracts';
import { InvalidRequestError, LeveretError, NotSentError, TryLaterError } from '../errors.js';
import { type Http } from '../http/http.js';
import { JobMemory } from './job-memory.js';
import { jobStream, NoStreamError } from './job-stream.js';
import { type JobUpdate } from './job-update.js';
import { Patience } from './patience.js';
import { SilenceError } from './vigil.js';

const AGAIN_MS = { from: 100, to: 5_000 };
const LOOK_EVERY_MS = { from: 250, to: 3_000 };
/** A gateway that was away for this long does not come back while somebody waits. */
const LONGEST_OUTAGE_MS = 60_000;

/** How a job is waited for. */
export interface WaitOptions {
  /** Ends the waiting; it rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** How long to wait, at most. @default as long as it takes */
  readonly timeout?: Duration | undefined;
  /** Opens the updates of this job alone, instead of the API key: made for browsers. */
  readonly watchToken?: string | undefined;
}

/** How a job is watched. */
export interface WatchOptions extends WaitOptions {
  /** Also the lines of its log; those that come late, after the final status, are waited for up to a second. @default false */
  readonly logs?: boolean | undefined;
}

/** Watches a job, over one connection after the other, until it has ended. */
export class JobWatch {
  readonly #memory = new JobMemory();
  #lastEventId = '';
  #heardAt = Date.now();
  /** How often in a row nothing came of a connection. */
  #failures = 0;
  #looksInstead = false;

  constructor(
    private readonly http: Http,
    private readonly jobId: string,
    private readonly options: WatchOptions,
  ) {}

  /** What is heard. To be read once. */
  async *updates(): AsyncGenerator<JobUpdate, void, undefined> {
    const patience = new Patience(`job ${this.jobId}`, this.options.timeout, this.options.signal);
    try {
      while (!this.#memory.isFinal) yield* this.#connection(patience);
    } finally {
      patience.end();
    }
  }

  /** What is heard over one connection, or by looking while there is none to be had; then a pause. */
  async *#connection(patience: Patience): AsyncGenerator<JobUpdate, void, undefined> {
    patience.check();
    try {
      for await (const update of this.#looksInstead ? this.#looks(patience) : this.#streamed(patience.signal)) {
        this.#heardAt = Date.now();
        this.#failures = 0;
        yield update;
      }
    } catch (error) {
      patience.check();
      this.#bear(error);
    }
    if (this.#memory.isFinal) return;
    await patience.pause(Math.min(AGAIN_MS.from * 2 ** this.#failures, AGAIN_MS.to));
    this.#failures += 1;
  }

  async *#streamed(signal: AbortSignal): AsyncGenerator<JobUpdate, void, undefined> {
    const { jobId, options } = this;
    const stream = { jobId, watchToken: options.watchToken, lastEventId: this.#lastEventId };
    for await (const event of jobStream(this.http, stream, signal)) {
      const update = this.#memory.event(event);
      this.#lastEventId = event.id;
      if (update !== undefined && (update.type !== 'log' || options.logs === true)) yield update;
      if (this.#memory.isFinal && options.logs !== true) return;
    }
  }

  /** Looks again and again, where no stream comes through. Lines of the job's log are not seen in this way. */
  async *#looks(patience: Patience): AsyncGenerator<JobUpdate, void, undefined> {
    const path = `/v1/jobs/${encodeURIComponent(this.jobId)}`;
    for (let waitMs = LOOK_EVERY_MS.from; ; waitMs = Math.min(waitMs * 1.5, LOOK_EVERY_MS.to)) {
      const job = await this.http.json<Job>({ method: 'GET', path, options: { signal: patience.signal } });
      this.#heardAt = Date.now();
      const update = this.#memory.job(job);
      if (update !== undefined) {
        yield update;
        waitMs = LOOK_EVERY_MS.from;
      }
      if (this.#memory.isFinal) return;
      await patience.pause(waitMs);
    }
  }

  /** Makes ready to go on after an error. @throws the error, when it does not pass by itself */
  #bear(error: unknown): void {
    if (isWithoutStream(error) && this.#mayLook && !this.#looksInstead) {
      this.#looksInstead = true;
      return;
    }
    const passes = !(error instanceof LeveretError) || error instanceof TryLaterError || error instanceof NotSentError;
    if (!passes || Date.now() - this.#heardAt > LONGEST_OUTAGE_MS) throw error;
  }

  /** A watch token opens the stream and nothing else. */
  get #mayLook(): boolean {
    return this.options.watchToken === undefined && this.http.hasKey;
  }
}

/** Whether there is no stream to be had, though there may be answers. */
function isWithoutStream(error: unknown): boolean {
  if (error instanceof TryLaterError) return error.status !== undefined;
  return [NoStreamError, SilenceError, InvalidRequestError].some((kind) => error instanceof kind);
}
