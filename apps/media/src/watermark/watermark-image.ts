import { decodeImage, fromPixels, inspectImage, type Pixels } from '../image-pool/image-file.js';
import { fitted, type Size } from '../image-pool/image-size.js';
import { type Mark } from './mark.js';

/** A watermark's image, decoded once at the largest size that any variant needs of it. */
export class WatermarkImage {
  readonly #pixels: Pixels;

  private constructor(pixels: Pixels) {
    this.#pixels = pixels;
  }

  /**
   * Decodes the image so that it fits into the room; a small one keeps its size.
   * @throws ImageProblem as every image
   */
  static async open(path: string, room: Size): Promise<WatermarkImage> {
    const image = await inspectImage(path);
    return new WatermarkImage(await decodeImage(image, fitted(image.size, room)));
  }

  /** The mark for a room of a variant. */
  async mark(room: Size): Promise<Mark> {
    const { data, info } = await fromPixels(this.#pixels)
      .resize({ ...fitted(this.#pixels, room), fit: 'fill' })
      .toColourspace('srgb')
      .ensureAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    return { rgba: data, width: info.width, height: info.height };
  }
}
