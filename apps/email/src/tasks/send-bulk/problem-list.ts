import { PassThrough } from 'node:stream';
import { type JobContext } from '#libs/consumer';
import { clippedText, type FileReference } from '#libs/contracts';

const SHOWN = 20;
const LONGEST_SHOWN = 300;

/** A recipient that gets no mail, and why. */
export interface RecipientProblem {
  readonly row: number;
  readonly to: string;
  readonly problem: string;
}

/** The recipients that get no mail: the first of them for the result, all of them in a file, a line of JSON each. */
export class ProblemList {
  readonly #job: Pick<JobContext, 'files'>;
  readonly #first: RecipientProblem[] = [];
  #lines: PassThrough | undefined;
  #file: Promise<FileReference> | undefined;

  constructor(job: Pick<JobContext, 'files'>) {
    this.#job = job;
  }

  /** The first of them. */
  get first(): readonly RecipientProblem[] {
    return this.#first;
  }

  /** Settles when there is room for more. */
  async add({ row, to, problem }: RecipientProblem): Promise<void> {
    const shown = { row, to: clippedText(to, LONGEST_SHOWN), problem: clippedText(problem, LONGEST_SHOWN) };
    if (this.#first.length < SHOWN) this.#first.push(shown);
    const lines = (this.#lines ??= this.#open());
    if (lines.write(`${JSON.stringify(shown)}\n`)) return;
    await Promise.race([new Promise((resolve) => lines.once('drain', resolve)), this.#file]);
  }

  /** The file of all of them; null when there is none. */
  async close(): Promise<FileReference | null> {
    this.#lines?.end();
    return (await this.#file) ?? null;
  }

  /** Leaves the file unwritten. */
  abandon(reason: Error): void {
    this.#lines?.destroy(reason);
  }

  #open(): PassThrough {
    const lines = new PassThrough();
    this.#file = this.#job.files.save('problems', lines, {
      ...{ filename: 'recipients-without-mail.ndjson', contentType: 'application/x-ndjson' },
    });
    // Whoever closes the list hears of it; until then nobody may be listening.
    this.#file.catch(() => undefined);
    return lines;
  }
}
