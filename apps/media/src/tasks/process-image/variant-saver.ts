import { createReadStream } from 'node:fs';
import { type JobContext, type JobFiles } from '#libs/consumer';
import { type DrawnVariant } from './draw-variants.js';
import { type PictureProgress } from './picture-progress.js';
import { type Format, type VariantRequest } from './variant-request.js';

type StoredFile = Awaited<ReturnType<JobFiles['save']>>;

/** A variant as the job's result names it. */
export interface SavedVariant {
  readonly name: string;
  /** The place of its source in `sources`, from 0; left out where there is one `source`. */
  readonly source?: number;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  readonly format: Format;
  readonly file: StoredFile;
}

/** A finished variant that is to be stored. */
export interface VariantToSave {
  readonly request: VariantRequest;
  readonly drawn: DrawnVariant;
  readonly source: number | undefined;
  /** Its place among all variants of the job. */
  readonly place: number;
}

/** How files of the formats end. */
export const EXTENSIONS: Readonly<Record<Format, string>> = {
  ...{ jpeg: 'jpg', png: 'png', webp: 'webp', avif: 'avif', gif: 'gif' },
};

/** Stores finished variants one after the other, while the next ones are being drawn. */
export class VariantSaver {
  readonly #job: JobContext;
  readonly #expected: number;
  readonly #progress: PictureProgress;
  readonly #saved: { readonly place: number; readonly variant: SavedVariant }[] = [];
  readonly #failure = new AbortController();
  #saving: Promise<void> = Promise.resolve();

  /** @param expected how many variants there will be */
  constructor(job: JobContext, expected: number, progress: PictureProgress) {
    this.#job = job;
    this.#expected = expected;
    this.#progress = progress;
  }

  /** Aborts, with the error as its reason, when a variant could not be stored: drawing more is of no use. */
  get failed(): AbortSignal {
    return this.#failure.signal;
  }

  /** Stores a variant after those before it. */
  add(variant: VariantToSave): void {
    this.#saving = this.#saving.then(() => this.#save(variant));
    this.#saving.catch((error: unknown) => {
      this.#failure.abort(error);
    });
  }

  /** Resolves with all variants, in the order they were asked for, when the last one is stored. */
  async end(): Promise<readonly SavedVariant[]> {
    await this.#saving;
    return [...this.#saved].sort((a, b) => a.place - b.place).map(({ variant }) => variant);
  }

  /** Resolves when no file is being read any more, whatever came of it. */
  async settled(): Promise<void> {
    await Promise.allSettled([this.#saving]);
  }

  async #save({ request: { name, target }, drawn, source, place }: VariantToSave): Promise<void> {
    const { width, height, format } = drawn;
    const filename = `${source === undefined ? '' : `${String(source)}-`}${name}.${EXTENSIONS[format]}`;
    const content = createReadStream(target, { signal: this.#job.signal });
    const file = await this.#job.files.save(filename, content, { filename, contentType: `image/${format}` });
    const variant = { name, ...(source === undefined ? {} : { source }), width, height, format, file };
    this.#saved.push({ place, variant });
    await this.#progress.step(`${String(this.#saved.length)} of ${String(this.#expected)} variants`);
  }
}
