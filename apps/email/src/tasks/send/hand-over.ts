import { type JobContext, PermanentError, Standstill, TemporaryError } from '#libs/consumer';
import { type MailEnd } from '../../outgoing/last-byte.js';
import { type JobNotes, type Note } from '../../storage/job-notes.js';
import { deliveryUnknown, isUnanswered } from './delivery-unknown.js';

/** The server may have the mail. */
const HANDED_OVER = 'handed-over';
/** The server certainly has not taken it, so the next run may hand it over. */
const NOT_TAKEN = 'not-taken';

/**
 * Sees to it that a mail is handed over at most once, also when a worker is killed in the middle, or is only thought lost
 * and goes on beside the next run. Before the end of a mail goes out a run enters a note, which one run alone can; one that
 * finds another's, and not that the mail was not taken, sends nothing. Somebody who retries the job by hand, which raises
 * `maxAttempts`, has decided that the mail may come twice.
 */
export class HandOver implements MailEnd {
  readonly #job: JobContext;
  readonly #notes: JobNotes;
  /** How many hand-overs came to nothing: each has a note of its own, which only its run writes to. */
  #failed = 0;
  #begun = false;
  #out = false;

  constructor(job: JobContext, notes: JobNotes) {
    this.#job = job;
    this.#notes = notes;
  }

  /** @throws PermanentError `delivery_unknown` when another run may have brought the mail */
  async refuseDoubt(): Promise<void> {
    for (let note = await this.#found(); note !== undefined; note = await this.#found()) this.#pass(note);
  }

  /** @throws PermanentError `delivery_unknown` when another run hands the mail over */
  async before(): Promise<void> {
    this.#begun = true;
    for (let note = await this.#entered(); note.run !== this.#job.run; note = await this.#entered()) this.#pass(note);
  }

  out(): void {
    this.#out = true;
  }

  /** What an error means for a mail that must not come twice. */
  async afterError(error: unknown): Promise<unknown> {
    if (this.#begun && (!this.#out || isAnswer(error))) await this.#takeBack();
    return isUnanswered(error) ? deliveryUnknown(error.message, error) : error;
  }

  #found(): Promise<Note | undefined> {
    return this.#notes.find(this.#job, this.#name);
  }

  #entered(state = HANDED_OVER): Promise<Note> {
    return this.#notes.enter(this.#job, this.#name, state);
  }

  #pass({ state }: Note): void {
    if (state !== NOT_TAKEN) {
      throw deliveryUnknown('Another run of the job handed the mail over, or was lost while it did');
    }
    this.#failed += 1;
  }

  // It may have been entered although the storage did not say so, and it may be another run's, which stays.
  async #takeBack(): Promise<void> {
    const { run, state } = await this.#entered(NOT_TAKEN);
    if (run === this.#job.run && state !== NOT_TAKEN) await this.#notes.change(this.#job, this.#name, NOT_TAKEN);
  }

  get #name(): string {
    return `hand-over-${this.#job.maxAttempts}-${this.#failed}`;
  }
}

/** The server has said that it did not take the mail. */
function isAnswer(error: unknown): boolean {
  if (error instanceof TemporaryError) return error.code === 'smtp_temporary';
  return error instanceof PermanentError || error instanceof Standstill;
}
