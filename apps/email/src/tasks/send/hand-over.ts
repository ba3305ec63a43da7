import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { type JobContext, PermanentError, Standstill, TemporaryError } from '#libs/consumer';
import { decodeJson, isRecord } from '#libs/contracts';
import { outputKey } from '#libs/storage';

const NOTE = 'hand-over';
const ABOUT = { filename: 'hand-over.json', contentType: 'application/json' };

/** What a run noted of a mail: the server may have it, or certainly has not. */
type HandedOver = 'whole' | 'refused';

/**
 * Sees to it that a mail is handed over at most once, also when a worker is killed in the middle. Before the end of a mail
 * is handed over a note is stored; a later run that finds one without the server's refusal sends nothing. Somebody who retries
 * the job by hand, which raises `maxAttempts`, has decided that the mail may come twice.
 */
export class HandOver {
  readonly #job: JobContext;
  #begun = false;

  constructor(job: JobContext) {
    this.#job = job;
  }

  /** @throws PermanentError `delivery_unknown` when an earlier run may have brought the mail */
  async refuseDoubt(): Promise<void> {
    for (let run = 1; run < this.#job.run; run += 1) {
      if (await this.#isInDoubt(run)) throw unknown('A worker was lost while it handed the mail over');
    }
  }

  /** To be settled before the end of the mail goes out. */
  async begin(): Promise<void> {
    await this.#note('whole');
    this.#begun = true;
  }

  /** What an error means for a mail that must not come twice. */
  async afterError(error: unknown): Promise<unknown> {
    if (!this.#begun) return error;
    if (isUnanswered(error)) return unknown(error.message, error);
    if (isAnswer(error)) await this.#note('refused');
    return error;
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
      return said['state'] !== 'refused' && said['maxAttempts'] === maxAttempts;
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
