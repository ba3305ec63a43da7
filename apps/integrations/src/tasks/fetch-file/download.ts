import { setTimeout as delay } from 'node:timers/promises';
import { type JobLog, TemporaryError } from '#libs/consumer';
import { type Answer, AnswerTooLarge } from '#libs/egress';
import { answerError, type StatusRules } from '../../outgoing/answer-error.js';
import { beginningOf } from '../../outgoing/beginning-of.js';
import { asJobError } from '../../outgoing/egress-errors.js';
import { type Judged } from '../../outgoing/outgoing.js';
import { contentRange, type ContentRange } from './content-range.js';
import { fileHead, type FileHead } from './file-head.js';

const OK = 200;
const PARTIAL = 206;
const NO_SUCH_RANGE = 416;
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
  readonly send: (headers: Readonly<Record<string, string>>) => Promise<Judged<Answer>>;
}

/**
 * A file on its way. When its connection breaks, the rest is asked for, from where it stopped and only as long as it is
 * the same file: `If-Range` makes a host that has another one by now say so.
 */
export class Download {
  readonly head: FileHead;
  readonly #source: FileSource;
  /** The one that is read, or is to be. */
  #answer: Answer;
  #isAbandoned = false;
  /** In bytes; undefined until an answer says it. */
  #total: number | undefined;
  #received = 0;
  #brokenAt = 0;
  #resumes = 0;

  private constructor(source: FileSource, first: Answer) {
    this.#source = source;
    this.#answer = first;
    this.head = fileHead(first, source.url);
    this.#total = this.head.size;
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

  /** For a file that nobody wants any more, or that is complete: lets its connection go. */
  abandon(): void {
    this.#isAbandoned = true;
    this.#answer.body.destroy();
  }

  /**
   * All bytes of the file, once.
   * @throws PermanentError `answer_too_large`
   * @throws TemporaryError `file_changed`, or why the connection broke when the rest cannot be had
   */
  async *content(): AsyncGenerator<Buffer> {
    for (;;) {
      try {
        yield* this.#chunks();
        return;
      } catch (error) {
        this.#answer = await this.#resumed(asJobError(error));
        if (this.#isAbandoned) this.#answer.body.destroy();
      }
    }
  }

  async *#chunks(): AsyncGenerator<Buffer> {
    const { maxBytes } = this.#source;
    for await (const chunk of this.#answer.body) {
      this.#received += (chunk as Buffer).length;
      if (this.#received > maxBytes) throw new AnswerTooLarge(maxBytes);
      yield chunk as Buffer;
    }
    // A host may send less of the rest than it was asked for.
    if (this.#received < (this.#total ?? 0)) {
      throw new TemporaryError('call_broken', `The host sent ${this.#received} of ${this.#total} bytes.`);
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

  async #rest(validator: string): Promise<Judged<Answer> | TemporaryError> {
    try {
      return await this.#source.send({ range: `bytes=${this.#received}-`, 'if-range': validator });
    } catch (error) {
      if (error instanceof TemporaryError) return error;
      throw error;
    }
  }

  async #checked(answer: Judged<Answer>, broken: TemporaryError): Promise<Answer> {
    const { rules } = this.#source;
    const range = answer.status === PARTIAL ? contentRange(answer.headers['content-range']) : undefined;
    const total = range?.total ?? this.#total;
    // Nobody could tell the rest of a file from a part of it without its size.
    if (range !== undefined && total !== undefined && this.#isRest(answer, range)) {
      this.#total = total;
      return answer;
    }
    if (![OK, PARTIAL, NO_SUCH_RANGE].includes(answer.status)) throw await refusalOf(answer, rules);
    answer.body.destroy();
    // All that there is came before the break, but not its end: it may have become a shorter file.
    if (answer.status === NO_SUCH_RANGE) throw broken;
    if (fileHead(answer, this.#source.url).validator === this.head.validator) throw broken;
    throw new TemporaryError('file_changed', 'The file became another one while it was fetched.');
  }

  #isRest({ headers }: Answer, { from, total }: ContentRange): boolean {
    if (from !== this.#received || (this.#total !== undefined && total !== undefined && total !== this.#total))
      return false;
    const { validator } = this.head;
    const { etag } = headers;
    return etag === undefined || !validator?.startsWith('"') || etag === validator;
  }
}

async function refusalOf(answer: Judged<Answer>, rules: StatusRules): Promise<Error> {
  return answerError({ ...answer, body: await beginningOf(answer.body, TOLD_BYTES) }, rules);
}

function pauseMs(resumes: number): number {
  return Math.min(FIRST_PAUSE_MS * 2 ** (resumes - 1), LONGEST_PAUSE_MS);
}
