import { createReadStream } from 'node:fs';
import { type JobContext, type JobFiles } from '#libs/consumer';
import { type DrawnVariant } from './draw-variants.js';
import { type Format, type VariantRequest } from './variant-request.js';

type StoredFile = Awaited<ReturnType<JobFiles['save']>>;

/** A variant as the job's result names it. */
export interface SavedVariant {
  readonly name: string;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  readonly format: Format;
  readonly file: StoredFile;
}

const EXTENSIONS: Readonly<Record<Format, string>> = { jpeg: 'jpg', png: 'png', webp: 'webp', avif: 'avif' };

/** Stores finished variants one after the other, while the next ones are being drawn. */
export class VariantSaver {
  readonly #job: JobContext;
  readonly #requests: readonly VariantRequest[];
  readonly #saved: SavedVariant[] = [];
  readonly #failure = new AbortController();
  #saving: Promise<void> = Promise.resolve();

  constructor(job: JobContext, requests: readonly VariantRequest[]) {
    this.#job = job;
    this.#requests = requests;
  }

  /** Aborts, with the error as its reason, when a variant could not be stored: drawing more is of no use. */
  get failed(): AbortSignal {
    return this.#failure.signal;
  }

  /** Stores a variant after those before it. */
  add(drawn: DrawnVariant): void {
    this.#saving = this.#saving.then(() => this.#save(drawn));
    this.#saving.catch((error: unknown) => {
      this.#failure.abort(error);
    });
  }

  /** Resolves with all variants when the last one is stored. */
  async end(): Promise<readonly SavedVariant[]> {
    await this.#saving;
    return this.#saved;
  }

  /** Resolves when no file is being read any more, whatever came of it. */
  async settled(): Promise<void> {
    await Promise.allSettled([this.#saving]);
  }

  async #save({ index, width, height, format }: DrawnVariant): Promise<void> {
    const request = this.#requests[index];
    if (request === undefined) throw new Error(`No variant ${String(index)} was asked for`);
    const { name, target } = request;
    const filename = `${name}.${EXTENSIONS[format]}`;
    const content = createReadStream(target, { signal: this.#job.signal });
    const file = await this.#job.files.save(filename, content, { filename, contentType: `image/${format}` });
    this.#saved.push({ name, width, height, format, file });
    await this.#tellProgress();
  }

  async #tellProgress(): Promise<void> {
    const [done, all] = [this.#saved.length, this.#requests.length];
    await this.#job.progress((100 * done) / all, `${String(done)} of ${String(all)} variants`);
  }
}
