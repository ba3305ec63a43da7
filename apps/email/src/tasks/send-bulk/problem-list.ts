import { type JobContext } from '#libs/consumer';
import { clippedText, type FileReference } from '#libs/contracts';
import { LineFile } from './line-file.js';

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
  #all: LineFile | undefined;

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
    this.#all ??= new LineFile(this.#job, 'problems', 'recipients-without-mail.ndjson');
    await this.#all.write(shown);
  }

  /** The file of all of them; null when there is none. */
  async close(): Promise<FileReference | null> {
    return (await this.#all?.close()) ?? null;
  }

  /** Leaves the file unwritten. */
  abandon(reason: Error): void {
    this.#all?.abandon(reason);
  }
}
