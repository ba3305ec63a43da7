import { type Metadata, type Sharp } from 'sharp';
import { HEAD_BYTES, type ImageKind, imageKind } from './image-kind.js';
import { ImageProblem } from './image-problem.js';
import { MAX_PIXELS, type Size, tooManyPixels } from './image-size.js';
import { firstBytes } from '../sources/first-bytes.js';
import { sharp } from './safe-sharp.js';

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
  /** As its pixels lie in the file. An animation is drawn so: several pictures at once cannot be turned. */
  readonly stored: Size;
  readonly hasAlpha: boolean;
  /** As Exif counts it, from 1, which is upright. */
  readonly orientation: number;
  /** Pictures of an animation; 1 when it is none. */
  readonly frames: number;
  /** undefined when it is no animation. */
  readonly timing: Timing | undefined;
}

/** How an animation moves. */
export interface Timing {
  /** How long each picture is shown, in milliseconds. */
  readonly delay: number[];
  /** How often it is shown; 0 is without end. */
  readonly loop: number;
}

/** The longest that a picture of an animation can be said to be shown, and the most times that an animation can be. */
const MAX_TIMING = 65_535;

/**
 * Checks an image before anything of it is decoded: its first bytes, then its header.
 * @throws ImageProblem `unsupported_image`, `corrupt_image`, `image_too_large`
 */
export async function inspectImage(path: string): Promise<ImageFile> {
  const kind = imageKind(await firstBytes(path, HEAD_BYTES));
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
    ...moving
  } = await orCorrupt(path, sharp(path, { failOn: 'warning', limitInputPixels: false }).metadata());
  if (width * height > MAX_PIXELS) throw tooManyPixels({ width, height });
  const size = { width: autoOrient.width, height: autoOrient.height };
  return { path, kind, size, stored: { width, height }, hasAlpha, orientation, frames, timing: timingOf(moving) };
}

function timingOf({ delay, loop = 0 }: Pick<Metadata, 'delay' | 'loop'>): Timing | undefined {
  if (delay === undefined) return undefined;
  return { delay: delay.map((milliseconds) => Math.min(milliseconds, MAX_TIMING)), loop: Math.min(loop, MAX_TIMING) };
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

/** Starts a pipeline over pictures in memory that have one size, as an animation. */
export function fromPictures(pictures: readonly Pixels[], timing: Timing | undefined): Sharp {
  const [{ width, height, channels }] = pictures as [Pixels];
  const data = Buffer.concat(pictures.map((picture) => picture.data));
  const raw = { width, height: pictures.length * height, channels, pageHeight: height };
  // It keeps this timing also when another format is chosen later.
  return sharp(data, { raw, limitInputPixels: false }).gif({ ...timing });
}

/** Starts a pipeline over pixels in memory. */
export function fromPixels({ data, width, height, channels }: Pixels): Sharp {
  return sharp(data, { raw: { width, height, channels }, limitInputPixels: false });
}

/**
 * Waits for something that is read from an image.
 * @throws ImageProblem `corrupt_image` when it fails
 */
export async function orCorrupt<T>(path: string, reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    const why = error instanceof Error ? told(error.message.replaceAll(path, 'the file')) : String(error);
    throw new ImageProblem('corrupt_image', `The image is damaged or cut short: ${why}`, { cause: error });
  }
}

/** The first line alone; it announces a reason also where libvips gives none. */
function told(message: string): string {
  return (message.split('\n')[0] ?? '').replace(/:\s*$/, '');
}
