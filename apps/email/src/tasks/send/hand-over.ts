import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { type JobContext, PermanentError, Standstill, TemporaryError } from '#libs/consumer';
import { decodeJson, isRecord } from '#libs/contracts';
import { outputKey } from '#libs/storage';
import { type MailEnd } from '../../outgoing/mailer.js';

const NOTE = 'hand-over';
const ABOUT = { filename: 'hand-over.json', contentType: 'application/json' };

/** What a run noted of a mail: the server may have it, or certainly has not taken it. */
type HandedOver = 'whole' | 'not-taken';

/**
 * Sees to it that a mail is handed over at most once, also when a worker is killed in the middle. Before the end of a mail
 * is handed over a note is stored; a later run that finds one, and not that the mail was not taken, sends nothing. Somebody who retries
 * the job by hand, which raises `maxAttempts`, has decided that the mail may come twice.
 */
export class HandOver implements MailEnd {
  readonly #job: JobContext;
  #noted = false;
  #out = false;

  constructor(job: JobContext) {
    this.#job = job;
  }

  /** @throws PermanentError `delivery_unknown` when an earlier run may have brought the mail */
  async refuseDoubt(): Promise<void> {
    for (let run = 1; run < this.#job.run; run += 1) {
      if (await this.#isInDoubt(run)) throw unknown('A worker was lost while it handed the mail over');
    }
  }

  async before(): Promise<void> {
    this.#noted = true;
    await this.#note('whole');
  }

  out(): void {
    this.#out = true;
  }

  /** What an error means for a mail that must not come twice. */
  async afterError(error: unknown): Promise<unknown> {
    if (this.#noted && (!this.#out || isAnswer(error))) await this.#note('not-taken');
    return isUnanswered(error) ? unknown(error.message, error) : error;
  }

  async #note(state: HandedOver): Promise<void> {
    const note = JSON.stringify({ state, maxAttempts: this.#job.maxAttempts });
    await this.#job.files.save(NOTE, Readable.from([note]), ABOUT);
  }

  async #isInDoubt(run: number): Promise<boolean> {
    const { tenant, id, maxAttempts } = this.#job;
    try {
      const { stream } = await this.#job.files.open({ key: outputKey(tenant, id, run, NOTE) });
      const note = decodeJson(Buffer.from(await text(stream)));
      const said = note.ok && isRecord(note.value) ? note.value : {};
      return said['state'] !== 'not-taken' && said['maxAttempts'] === maxAttempts;
    } catch (error) {
      if (error instanceof PermanentError && error.code === 'file_not_found') return false;
      throw error;
    }
  }
}

/**
 * What an error means for a mail that may come twice rather than not at all: when nobody knows whether the server has taken
 * it, it is sent once more, by the first attempt's failure alone.
 */
export function repeatedOnce(error: unknown, { attempt }: Pick<JobContext, 'attempt'>): unknown {
  return isUnanswered(error) && attempt > 1 ? unknown(error.message, error) : error;
}

function isUnanswered(error: unknown): error is TemporaryError {
  return error instanceof TemporaryError && error.code === 'smtp_unanswered';
}

/** The server has said that it did not take the mail. */
function isAnswer(error: unknown): boolean {
  if (error instanceof TemporaryError) return error.code === 'smtp_temporary';
  return error instanceof PermanentError || error instanceof Standstill;
}

function unknown(what: string, cause?: unknown): PermanentError {
  const advice = 'It is not sent again by itself; retry the job to send it, under the same Message-ID.';
  return new PermanentError('delivery_unknown', `${what}: the recipient may have it. ${advice}`, { cause });
}
