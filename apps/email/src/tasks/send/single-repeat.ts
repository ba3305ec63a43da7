import { type JobContext } from '#libs/consumer';
import { type MailEnd } from '../../outgoing/last-byte.js';
import { type JobNotes } from '../../storage/job-notes.js';
import { deliveryUnknown, isUnanswered } from './delivery-unknown.js';

/** The state of both notes: that there is one says all. */
const OPEN = 'open';

/**
 * For a mail that may come twice rather than not at all: when a run ends and nobody knows whether the server has taken the mail,
 * because it did not say so or the run was stopped before it could, the mail is sent once more. Two such runs note themselves; a third
 * sends nothing. Somebody who retries the job by hand, which raises `maxAttempts`, begins anew.
 */
export class SingleRepeat implements MailEnd {
  readonly #job: JobContext;
  readonly #notes: JobNotes;
  #out = false;

  constructor(job: JobContext, notes: JobNotes) {
    this.#job = job;
    this.#notes = notes;
  }

  /** @throws PermanentError `delivery_unknown` when two runs may have brought the mail */
  async refuseThird(): Promise<void> {
    if (this.#job.run === 1 || (await this.#notes.find(this.#job, this.#secondNote)) === undefined) return;
    throw deliveryUnknown('Two runs of the job handed the mail over, and neither heard that the server took it');
  }

  out(): void {
    this.#out = true;
  }

  /** What an error of the sending means for the job, noted where it leaves open whether the server has the mail. */
  async afterError(error: unknown): Promise<unknown> {
    const wasStopped = this.#out && this.#job.signal.aborted;
    if (!wasStopped && !isUnanswered(error)) return error;
    const { run } = await this.#notes.enter(this.#job, `unanswered-${this.#job.maxAttempts}`, OPEN);
    if (run === this.#job.run) return error;
    await this.#notes.enter(this.#job, this.#secondNote, OPEN);
    return isUnanswered(error) ? deliveryUnknown(error.message, error) : error;
  }

  get #secondNote(): string {
    return `unanswered-again-${this.#job.maxAttempts}`;
  }
}
