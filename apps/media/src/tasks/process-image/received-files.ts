import { type FileInput, type JobContext, PermanentError } from '#libs/consumer';
import { TooManyBytes, type Workspace } from '../../workspace/workspace.js';

const MIB = 1024 * 1024;
const SOURCE = { what: 'image', maxBytes: 100 * MIB } as const;
const WATERMARK = { what: 'watermark image', maxBytes: 10 * MIB } as const;

/** Brings a job's stored images to this machine, each one once. */
export class ReceivedFiles {
  readonly #job: JobContext;
  readonly #workspace: Workspace;
  readonly #watermarks = new Map<string, Promise<string>>();

  constructor(job: JobContext, workspace: Workspace) {
    this.#job = job;
    this.#workspace = workspace;
  }

  /**
   * Brings the source.
   * @returns its path
   * @throws PermanentError `file_not_found`, `empty_file`, `image_too_large`; anything else is the storage's trouble
   */
  source(file: FileInput): Promise<string> {
    return this.#receive('source', file, SOURCE);
  }

  /** Brings a watermark's image; the same errors as the source's. */
  watermark(file: FileInput): Promise<string> {
    const known = this.#watermarks.get(file.key);
    if (known !== undefined) return known;
    const receiving = this.#receive(`watermark-${String(this.#watermarks.size)}`, file, WATERMARK);
    this.#watermarks.set(file.key, receiving);
    return receiving;
  }

  async #receive(name: string, file: FileInput, limit: typeof SOURCE | typeof WATERMARK): Promise<string> {
    const { reference, stream } = await this.#job.files.open(file);
    if (reference.size > limit.maxBytes) {
      stream.destroy();
      throw tooLarge(limit);
    }
    const bytes = await this.#write(name, stream, limit);
    if (bytes === 0) throw new PermanentError('empty_file', `The file of the ${limit.what} is empty: it has 0 bytes`);
    return this.#workspace.path(name);
  }

  async #write(
    name: string,
    stream: Parameters<Workspace['receive']>[1],
    limit: typeof SOURCE | typeof WATERMARK,
  ): Promise<number> {
    try {
      return await this.#workspace.receive(name, stream, limit.maxBytes, this.#job.signal);
    } catch (error) {
      throw error instanceof TooManyBytes ? tooLarge(limit) : error;
    }
  }
}

function tooLarge({ what, maxBytes }: typeof SOURCE | typeof WATERMARK): PermanentError {
  const most = String(maxBytes / MIB);
  return new PermanentError(
    'image_too_large',
    `The file of the ${what} is too large: at most ${most} MiB can be processed`,
  );
}
