import { type Size } from '../image-pool/image-size.js';
import { faded, type Mark, overlay } from './mark.js';
import { type OverlayOptions } from 'sharp';
import { WatermarkImage } from './watermark-image.js';
import { type Marked, type WatermarkRequest } from './watermark-request.js';
import { textMark } from './watermark-text.js';

/** The watermarks of one job; an image that several variants show is decoded once. */
export class Watermarks {
  readonly #images: ReadonlyMap<string, WatermarkImage>;

  private constructor(images: ReadonlyMap<string, WatermarkImage>) {
    this.#images = images;
  }

  /** @throws ImageProblem when a watermark's image is none that can be used */
  static async open(variants: readonly Marked[]): Promise<Watermarks> {
    const rooms = new Map<string, Size>();
    for (const { canvas, watermark } of variants) {
      const content = watermark?.content;
      if (content === undefined || 'text' in content) continue;
      rooms.set(content.path, larger(rooms.get(content.path), imageRoom(canvas)));
    }
    const images = new Map<string, WatermarkImage>();
    for (const [path, room] of rooms) images.set(path, await WatermarkImage.open(path, room));
    return new Watermarks(images);
  }

  /** What is to be laid over a variant of this size. */
  async over({ content, position, opacity }: WatermarkRequest, canvas: Size): Promise<OverlayOptions> {
    const mark = 'text' in content ? textMark(content.text, textRoom(canvas)) : this.#image(content.path, canvas);
    return overlay(faded(await mark, opacity), canvas, position);
  }

  #image(path: string, canvas: Size): Promise<Mark> {
    const image = this.#images.get(path);
    if (image === undefined) throw new Error('A watermark was asked for that was not opened');
    return image.mark(imageRoom(canvas));
  }
}

function imageRoom({ width, height }: Size): Size {
  return { width: share(width, 4), height: share(height, 4) };
}

/** Lower than an image's: a short text as high as a quarter of the picture would shout. */
function textRoom({ width, height }: Size): Size {
  return { width: share(width, 4), height: share(height, 8) };
}

function share(side: number, part: number): number {
  return Math.max(1, Math.floor(side / part));
}

function larger(a: Size | undefined, b: Size): Size {
  return { width: Math.max(a?.width ?? 0, b.width), height: Math.max(a?.height ?? 0, b.height) };
}
