import { rm } from 'node:fs/promises';
import { type Readable } from 'node:stream';
import { type JobContext, PermanentError } from '#libs/consumer';
import { TooManyBytes, type Workspace } from '../workspace/workspace.js';
import { type SourceInput, WebInput } from './source-input.js';
import { asFetchError, isTooLarge, type WebFiles } from './web-files.js';

const MIB = 1024 * 1024;

/** What a file may be. */
export interface FileLimit {
  /** What it is, in messages. */
  readonly what: string;
  readonly maxBytes: number;
  /** The code of the error of one that is larger. */
  readonly tooLarge: 'image_too_large' | 'video_too_large';
}

/** An image to be worked on. */
export const IMAGE_FILE: FileLimit = { what: 'image', maxBytes: 100 * MIB, tooLarge: 'image_too_large' };
/** A video to be worked on. */
export const VIDEO_FILE: FileLimit = { what: 'video', maxBytes: 2048 * MIB, tooLarge: 'video_too_large' };
/** An image that is laid over others. */
export const WATERMARK_FILE: FileLimit = {
  ...{ what: 'watermark image', maxBytes: 10 * MIB, tooLarge: 'image_too_large' },
};

/** Brings a job's files to this machine, each one once. */
export class ReceivedFiles {
  readonly #job: JobContext;
  readonly #workspace: Workspace;
  readonly #web: WebFiles;
  readonly #received = new Map<string, Promise<string>>();
  #count = 0;

  constructor(job: JobContext, workspace: Workspace, web: WebFiles) {
    this.#job = job;
    this.#workspace = workspace;
    this.#web = web;
  }

  /**
   * Brings a file; the same one again is where it is already. Its name on this machine tells nothing of where it came from.
   * @returns its path
   * @throws PermanentError `file_not_found`, `empty_file`, the limit's `tooLarge`, and what `WebFiles` throws; anything else
   * is the storage's trouble
   */
  receive(source: SourceInput, limit: FileLimit): Promise<string> {
    const from = nameOf(source, limit);
    const known = this.#received.get(from);
    if (known !== undefined) return known;
    this.#count += 1;
    const receiving = this.#receive(`received-${String(this.#count)}`, source, limit);
    this.#received.set(from, receiving);
    return receiving;
  }

  /** Removes a file that is not needed any more. */
  async discard(source: SourceInput, limit: FileLimit): Promise<void> {
    const name = nameOf(source, limit);
    const path = await this.#received.get(name);
    this.#received.delete(name);
    if (path !== undefined) await rm(path);
  }

  async #receive(name: string, source: SourceInput, limit: FileLimit): Promise<string> {
    const bytes = await this.#write(name, await this.#open(source, limit), limit);
    if (bytes === 0) throw new PermanentError('empty_file', `The file of the ${limit.what} is empty: it has 0 bytes`);
    return this.#workspace.path(name);
  }

  async #open(source: SourceInput, limit: FileLimit): Promise<Readable> {
    const { signal } = this.#job;
    if (source instanceof WebInput) return this.#web.open(source.url, { maxBytes: limit.maxBytes, signal });
    const { reference, stream } = await this.#job.files.open(source);
    if (reference.size <= limit.maxBytes) return stream;
    stream.destroy();
    throw tooLarge(limit);
  }

  async #write(name: string, stream: Readable, limit: FileLimit): Promise<number> {
    try {
      return await this.#workspace.receive(name, stream, limit.maxBytes, this.#job.signal);
    } catch (error) {
      throw error instanceof TooManyBytes || isTooLarge(error) ? tooLarge(limit) : asFetchError(error);
    }
  }
}

function nameOf(source: SourceInput, { what }: FileLimit): string {
  return `${what} ${source instanceof WebInput ? source.url : source.key}`;
}

function tooLarge({ what, maxBytes, tooLarge: code }: FileLimit): PermanentError {
  const most = String(maxBytes / MIB);
  return new PermanentError(code, `The file of the ${what} is too large: at most ${most} MiB can be processed`);
}
