import { createReadStream } from 'node:fs';
import { type JobContext } from '#libs/consumer';
import { type ImagePool } from '../../image-pool/image-pool.js';
import { IMAGE_FILE, ReceivedFiles } from '../../sources/received-files.js';
import { type SourceInput } from '../../sources/source-input.js';
import { type WebFiles } from '../../sources/web-files.js';
import { type Workspace } from '../../workspace/workspace.js';
import { type DrawnVariant } from './draw-variants.js';
import { PictureProgress } from './picture-progress.js';
import { type ProcessImageResult, type Sprite } from './process-image.result.js';
import { type ProcessImagePayload } from './process-image.payload.js';
import { planSprite, type SpritePlan } from './sprite-plan.js';
import { type SpritePayload } from './sprite.payload.js';
import { type VariantRequest } from './variant-request.js';
import { type VariantWish, variantWishes } from './variant-requests.js';
import { EXTENSIONS, VariantSaver } from './variant-saver.js';

/** No variant is called so: names are in lower case. */
const CELL = 'CELL';

interface Picture {
  readonly source: SourceInput;
  /** Its place in `sources`. */
  readonly number: number | undefined;
}

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
  async run(payload: ProcessImagePayload): Promise<ProcessImageResult> {
    const { variants = [], sprite } = payload;
    const pictures = picturesOf(payload);
    // Before anything is fetched: what cannot be drawn is known by now.
    const plan = sprite && planSprite(sprite, pictures.length);
    const wishes = await variantWishes(variants, this.#files);
    const expected = pictures.length * wishes.length;
    const progress = new PictureProgress(this.#around.job, expected + (plan ? pictures.length + 1 : 0));
    const saver = new VariantSaver(this.#around.job, expected, progress);
    try {
      for (const [index, picture] of pictures.entries()) {
        await this.#draw(picture, [...this.#requests(wishes, index), ...this.#cell(sprite, index)], saver);
        if (plan) await progress.step(`${String(index + 1)} of ${String(pictures.length)} pictures of the sprite`);
      }
      const saved = { variants: await saver.end() };
      if (!plan) return saved;
      const drawn = await this.#sprite(plan, pictures.length);
      await progress.step('sprite');
      return { ...saved, sprite: drawn };
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

  async #draw({ source, number }: Picture, variants: readonly VariantRequest[], saver: VariantSaver): Promise<void> {
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

  async #sprite(plan: SpritePlan, count: number): Promise<Sprite> {
    const { pool, job } = this.#around;
    const [target, cells] = [this.#path('sprite'), Array.from({ length: count }, (_, index) => this.#cellPath(index))];
    await pool.run('draw-sprite', { cells, plan, target }, { signal: job.signal });
    const { whole, cell, columns, format } = plan;
    const filename = `sprite.${EXTENSIONS[format]}`;
    const content = createReadStream(target, { signal: job.signal });
    const file = await job.files.save(filename, content, { filename, contentType: `image/${format}` });
    return { ...whole, columns, cell, format, file };
  }

  #cellPath(index: number): string {
    return this.#path(`cell-${String(index)}`);
  }

  #path(name: string): string {
    return this.#around.workspace.path(name);
  }
}

function picturesOf({ source, sources }: ProcessImagePayload): readonly Picture[] {
  if (sources !== undefined) return sources.map((each, number) => ({ source: each, number }));
  return source === undefined ? [] : [{ source, number: undefined }];
}
