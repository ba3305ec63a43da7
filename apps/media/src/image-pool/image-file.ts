import { open } from 'node:fs/promises';
import { type Sharp } from 'sharp';
import { HEAD_BYTES, type ImageKind, imageKind } from './image-kind.js';
import { ImageProblem } from './image-problem.js';
import { sharp } from './safe-sharp.js';

/** Pixels that an image may have, read or written: four bytes each are held in memory. */
export const MAX_PIXELS = 50_000_000;

/** Pixels, as width and height. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Pixels in memory: sRGB, 8 bits, rows from the top. */
export interface Pixels extends Size {
  readonly data: Buffer;
  readonly channels: 1 | 2 | 3 | 4;
}

/** An image file that has passed the checks. */
export interface ImageFile {
  readonly path: string;
  readonly kind: ImageKind;
  /** As it is looked at: with the EXIF orientation applied. */
  readonly size: Size;
  readonly hasAlpha: boolean;
  /** As Exif counts it, from 1, which is upright. */
  readonly orientation: number;
  /** Pictures of an animation; 1 when it is none. */
  readonly frames: number;
}

/**
 * Checks an image before anything of it is decoded: its first bytes, then its header.
 * @throws ImageProblem `unsupported_image`, `corrupt_image`, `image_too_large`
 */
export async function inspectImage(path: string): Promise<ImageFile> {
  const kind = imageKind(await headOf(path));
  if (kind === undefined) {
    throw new ImageProblem(
      'unsupported_image',
      'The file is no image that can be read: expected JPEG, PNG, WebP, GIF or AVIF',
    );
  }
  const {
    width,
    height,
    autoOrient,
    hasAlpha,
    orientation = 1,
    pages: frames = 1,
  } = await orCorrupt(path, sharp(path, { failOn: 'warning', limitInputPixels: false }).metadata());
  if (width * height > MAX_PIXELS) throw tooManyPixels({ width, height });
  const size = { width: autoOrient.width, height: autoOrient.height };
  return { path, kind, size, hasAlpha, orientation, frames };
}

/**
 * Decodes an image, upright, in sRGB and in the given size: a size below the image's own makes it much quicker.
 * @throws ImageProblem `corrupt_image`
 */
export async function decodeImage(image: ImageFile, size: Size): Promise<Pixels> {
  const decoding = fromImage(image)
    .resize({ ...size, fit: 'fill' })
    .toColourspace('srgb')
    .raw();
  const { data, info } = await orCorrupt(image.path, decoding.toBuffer({ resolveWithObject: true }));
  return { data, width: info.width, height: info.height, channels: info.channels };
}

/** Starts a pipeline over the first picture of an image, upright. */
export function fromImage({ path }: ImageFile): Sharp {
  return sharp(path, { failOn: 'warning', limitInputPixels: MAX_PIXELS, pages: 1 }).autoOrient();
}

/** Starts a pipeline over every picture of an animation; all of them count as pixels of one. */
export function fromAnimation({ path }: ImageFile): Sharp {
  return sharp(path, { failOn: 'warning', limitInputPixels: MAX_PIXELS, animated: true });
}

/** Starts a pipeline over pixels in memory. */
export function fromPixels({ data, width, height, channels }: Pixels): Sharp {
  return sharp(data, { raw: { width, height, channels }, limitInputPixels: false });
}

/** An image that is too large to be read or drawn. */
export function tooManyPixels({ width, height }: Size, what = 'The image'): ImageProblem {
  const most = String(MAX_PIXELS / 1_000_000);
  return new ImageProblem(
    'image_too_large',
    `${what} has ${String(width)} x ${String(height)} pixels; at most ${most} megapixels can be processed`,
  );
}

async function headOf(path: string): Promise<Buffer> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/**
 * Waits for something that is read from an image.
 * @throws ImageProblem `corrupt_image` when it fails
 */
export async function orCorrupt<T>(path: string, reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    const why = error instanceof Error ? error.message.replaceAll(path, 'the file').split('\n')[0] : String(error);
    throw new ImageProblem('corrupt_image', `The image is damaged or cut short: ${why ?? ''}`, { cause: error });
  }
}
