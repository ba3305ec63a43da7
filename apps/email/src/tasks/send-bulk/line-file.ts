import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { type JobContext } from '#libs/consumer';
import { type FileReference } from '#libs/contracts';

/** A file of the job that is written line by line, each a value as JSON. */
export class LineFile {
  readonly #lines = new PassThrough();
  readonly #file: Promise<FileReference>;

  constructor(job: Pick<JobContext, 'files'>, name: string, filename: string) {
    this.#file = job.files.save(name, this.#lines, { filename, contentType: 'application/x-ndjson' });
    // Whoever writes or closes it hears of an error; until then nobody may be listening.
    this.#file.catch((error: unknown) =>
      this.#lines.destroy(error instanceof Error ? error : new Error(String(error))),
    );
    this.#lines.on('error', () => undefined);
  }

  /** Settles when there is room for more. @throws what keeps it from being stored */
  async write(value: unknown): Promise<void> {
    if (this.#lines.errored !== null) throw this.#lines.errored;
    if (!this.#lines.write(`${JSON.stringify(value)}\n`)) await once(this.#lines, 'drain');
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
