import { PassThrough } from 'node:stream';
import { type JobContext } from '#libs/consumer';
import { type FileReference } from '#libs/contracts';

/** A file of the job that is written line by line, each a value as JSON. */
export class LineFile {
  readonly #lines = new PassThrough();
  readonly #file: Promise<FileReference>;

  constructor(job: Pick<JobContext, 'files'>, name: string, filename: string) {
    this.#file = job.files.save(name, this.#lines, { filename, contentType: 'application/x-ndjson' });
    // Whoever closes it hears of an error; until then nobody may be listening.
    this.#file.catch(() => undefined);
    this.#lines.on('error', () => undefined);
  }

  /** Settles when there is room for more. */
  async write(value: unknown): Promise<void> {
    if (this.#lines.write(`${JSON.stringify(value)}\n`)) return;
    await Promise.race([new Promise((resolve) => this.#lines.once('drain', resolve)), this.#file]);
  }

  async close(): Promise<FileReference> {
    this.#lines.end();
    return this.#file;
  }

  /** Leaves it unwritten. */
  abandon(reason: Error): void {
    this.#lines.destroy(reason);
  }
}
