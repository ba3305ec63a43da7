import { ImageProblem } from './image-problem.js';

/** Pixels that an image may have, read or written: four bytes each are held in memory. */
export const MAX_PIXELS = 50_000_000;

/** Pixels, as width and height. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A size in whole pixels, at least one a side. */
export function scaled({ width, height }: Size, scale: number): Size {
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/** A size as large as the room allows, and never enlarged. */
export function fitted(size: Size, room: Size): Size {
  return scaled(size, Math.min(1, room.width / size.width, room.height / size.height));
}

/** An image that is too large to be read or drawn. */
export function tooManyPixels({ width, height }: Size, what = 'The image'): ImageProblem {
  const most = String(MAX_PIXELS / 1_000_000);
  return new ImageProblem(
    'image_too_large',
    `${what} has ${String(width)} x ${String(height)} pixels; at most ${most} megapixels can be processed`,
  );
}
