import { setTimeout as delay } from 'node:timers/promises';
import { type JobLog, TemporaryError } from '#libs/consumer';
import { type Answer, AnswerTooLarge } from '#libs/egress';
import { answerError, type StatusRules } from '../../outgoing/answer-error.js';
import { beginningOf } from '../../outgoing/beginning-of.js';
import { asJobError } from '../../outgoing/egress-errors.js';
import { fileHead, type FileHead } from './file-head.js';

const OK = 200;
const PARTIAL = 206;
/** Of an answer that is no file, for the error. */
const TOLD_BYTES = 4_096;
/** How often in a row the rest is asked for before the attempt fails; the next begins anew. */
const MOST_RESUMES = 10;
/** With so many bytes more a download gets on, however often it breaks. */
const ENOUGH_TO_GO_ON = 1_048_576;
/** Before the second time; twice as long before each that follows. */
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 10_000;

/** Where a file comes from, and on what terms. */
export interface FileSource {
  readonly url: string;
  readonly maxBytes: number;
  readonly rules: StatusRules;
  readonly signal: AbortSignal;
  readonly log: JobLog;
  /** Asks for the file with these headers. @throws TemporaryError when there is no answer this time */
  readonly send: (headers: Readonly<Record<string, string>>) => Promise<Answer>;
}

/**
 * A file on its way. When its connection breaks, the rest is asked for, from where it stopped and only as long as it is
 * the same file: `If-Range` makes a host that has another one by now say so.
 */
export class Download {
  readonly head: FileHead;
  readonly #source: FileSource;
  readonly #first: Answer;
  #received = 0;
  #brokenAt = 0;
  #resumes = 0;

  private constructor(source: FileSource, first: Answer) {
    this.#source = source;
    this.#first = first;
    this.head = fileHead(first, source.url);
  }

  /**
   * Asks for the file, and has its head.
   * @throws the job error of an answer that brings none, and of one that is too large by its own word
   */
  static async begin(source: FileSource): Promise<Download> {
    const first = await source.send({});
    if (first.status !== OK) throw await refusalOf(first, source.rules);
    const download = new Download(source, first);
    if ((download.head.size ?? 0) <= source.maxBytes) return download;
    download.abandon();
    throw asJobError(new AnswerTooLarge(source.maxBytes));
  }

  /** For a file that nobody wants after its head. */
  abandon(): void {
    this.#first.body.destroy();
  }

  /**
   * All bytes of the file, once.
   * @throws PermanentError `answer_too_large`
   * @throws TemporaryError `file_changed`, or why the connection broke when the rest cannot be had
   */
  async *content(): AsyncGenerator<Buffer> {
    for (let answer = this.#first; ;) {
      try {
        yield* this.#chunks(answer);
        return;
      } catch (error) {
        answer = await this.#resumed(asJobError(error));
      }
    }
  }

  async *#chunks({ body }: Answer): AsyncGenerator<Buffer> {
    const { maxBytes } = this.#source;
    for await (const chunk of body) {
      this.#received += (chunk as Buffer).length;
      if (this.#received > maxBytes) throw new AnswerTooLarge(maxBytes);
      yield chunk as Buffer;
    }
  }

  /** The answer that goes on where the last one broke. @param reason why it broke */
  async #resumed(reason: unknown): Promise<Answer> {
    const { validator } = this.head;
    if (!(reason instanceof TemporaryError) || validator === undefined) throw reason;
    for (let broken = reason; ;) {
      await this.#pause(broken);
      const answer = await this.#rest(validator);
      if (!(answer instanceof TemporaryError)) return this.#checked(answer, broken);
      broken = answer;
    }
  }

  async #pause(broken: TemporaryError): Promise<void> {
    const { signal, log } = this.#source;
    if (this.#received - this.#brokenAt >= ENOUGH_TO_GO_ON) this.#resumes = 0;
    this.#brokenAt = this.#received;
    if (this.#resumes === MOST_RESUMES) throw broken;
    if (this.#resumes > 0) await delay(pauseMs(this.#resumes), undefined, { signal });
    this.#resumes += 1;
    log.info('The download broke; asking for the rest', { received: this.#received, reason: broken.code });
  }

  async #rest(validator: string): Promise<Answer | TemporaryError> {
    try {
      return await this.#source.send({ range: `bytes=${this.#received}-`, 'if-range': validator });
    } catch (error) {
      if (error instanceof TemporaryError) return error;
      throw error;
    }
  }

  async #checked(answer: Answer, broken: TemporaryError): Promise<Answer> {
    const { rules } = this.#source;
    if (answer.status === PARTIAL && this.#isRest(answer)) return answer;
    if (answer.status !== OK && answer.status !== PARTIAL) throw await refusalOf(answer, rules);
    answer.body.destroy();
    if (fileHead(answer, this.#source.url).validator === this.head.validator) throw broken;
    throw new TemporaryError('file_changed', 'The file became another one while it was fetched.');
  }

  #isRest({ headers }: Answer): boolean {
    const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headers['content-range'] ?? '');
    if (range === null || Number(range[1]) !== this.#received) return false;
    const { size, validator } = this.head;
    const isSameSize = range[2] === '*' || size === undefined || Number(range[2]) === size;
    const { etag } = headers;
    return isSameSize && (etag === undefined || !validator?.startsWith('"') || etag === validator);
  }
}

async function refusalOf(answer: Answer, rules: StatusRules): Promise<Error> {
  return answerError({ ...answer, body: await beginningOf(answer.body, TOLD_BYTES) }, rules);
}

function pauseMs(resumes: number): number {
  return Math.min(FIRST_PAUSE_MS * 2 ** (resumes - 1), LONGEST_PAUSE_MS);
}
