import { createReadStream } from 'node:fs';
import { type JobContext } from '#libs/consumer';
import { type ImagePool } from '../../image-pool/image-pool.js';
import { IMAGE_FILE, ReceivedFiles } from '../../sources/received-files.js';
import { type SourceInput } from '../../sources/source-input.js';
import { type WebFiles } from '../../sources/web-files.js';
import { type Workspace } from '../../workspace/workspace.js';
import { type DrawnVariant } from './draw-variants.js';
import { type ProcessImageResult, type Sprite } from './process-image.handler.js';
import { type ProcessImagePayload } from './process-image.payload.js';
import { type SpritePayload } from './sprite.payload.js';
import { type VariantRequest } from './variant-request.js';
import { type VariantWish, variantWishes } from './variant-requests.js';
import { EXTENSIONS, VariantSaver } from './variant-saver.js';

/** No variant is called so: names are in lower case. */
const CELL = 'CELL';

interface Surroundings {
  readonly job: JobContext;
  readonly workspace: Workspace;
  readonly pool: ImagePool;
  readonly web: WebFiles;
}

/** One run of `media.process-image`: one source after the other, so that only one lies on this machine. */
export class ImageJob {
  readonly #around: Surroundings;
  readonly #files: ReceivedFiles;

  constructor(around: Surroundings) {
    const { job, workspace, web } = around;
    this.#around = around;
    this.#files = new ReceivedFiles(job, workspace, web);
  }

  /** @throws ImageProblem when a source or watermark cannot be used, and as everything that it does */
  async run({ source, sources, variants = [], sprite }: ProcessImagePayload): Promise<ProcessImageResult> {
    const from = sources ?? (source === undefined ? [] : [source]);
    const wishes = await variantWishes(variants, this.#files);
    const saver = new VariantSaver(this.#around.job, from.length * wishes.length);
    try {
      for (const [index, each] of from.entries()) {
        const picture = { source: each, number: sources === undefined ? undefined : index };
        await this.#draw(picture, [...this.#requests(wishes, index), ...this.#cell(sprite, index)], saver);
      }
      const saved = { variants: await saver.end() };
      return sprite === undefined ? saved : { ...saved, sprite: await this.#sprite(sprite, from.length) };
    } finally {
      await saver.settled();
    }
  }

  #requests(wishes: readonly VariantWish[], index: number): readonly VariantRequest[] {
    return wishes.map((wish, variant) => ({
      ...wish,
      target: this.#path(`variant-${String(index)}-${String(variant)}`),
    }));
  }

  /** A picture's cell in the sprite is drawn as one more variant of it, which is not stored. */
  #cell(sprite: SpritePayload | undefined, index: number): readonly VariantRequest[] {
    if (sprite === undefined) return [];
    const { width, height, fit = 'cover' } = sprite;
    return [{ name: CELL, target: this.#cellPath(index), width, height, fit, format: 'png' }];
  }

  async #draw(
    { source, number }: { readonly source: SourceInput; readonly number: number | undefined },
    variants: readonly VariantRequest[],
    saver: VariantSaver,
  ): Promise<void> {
    const { pool, job } = this.#around;
    const path = await this.#files.receive(source, IMAGE_FILE);
    const signal = AbortSignal.any([job.signal, saver.failed]);
    const onNews = (drawn: DrawnVariant): void => {
      const request = variants[drawn.index];
      if (request === undefined || request.name === CELL) return;
      const place = (number ?? 0) * variants.length + drawn.index;
      saver.add({ request, drawn, source: number, place });
    };
    await pool.run('draw-variants', { source: path, variants }, { signal, onNews });
    await this.#files.discard(source, IMAGE_FILE);
  }

  async #sprite(wish: SpritePayload, count: number): Promise<Sprite> {
    const { width, height, columns = Math.ceil(Math.sqrt(count)), format = 'webp', quality } = wish;
    const { pool, job } = this.#around;
    const [target, cells] = [this.#path('sprite'), Array.from({ length: count }, (_, index) => this.#cellPath(index))];
    const work = { cells, cell: { width, height }, columns: Math.min(columns, count), format, quality, target };
    const size = await pool.run('draw-sprite', work, { signal: job.signal });
    const filename = `sprite.${EXTENSIONS[format]}`;
    const content = createReadStream(target, { signal: job.signal });
    const file = await job.files.save(filename, content, { filename, contentType: `image/${format}` });
    return { ...size, columns: work.columns, cell: work.cell, format, file };
  }

  #cellPath(index: number): string {
    return this.#path(`cell-${String(index)}`);
  }

  #path(name: string): string {
    return this.#around.workspace.path(name);
  }
}
