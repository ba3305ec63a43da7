import { writeFile } from 'node:fs/promises';
import { rgbaToThumbHash } from 'thumbhash';
import { decodeImage, fromPixels, inspectImage, type Pixels } from '../../image-pool/image-file.js';
import { fitted, type Size } from '../../image-pool/image-size.js';
import { type ImageKind } from '../../image-pool/image-kind.js';
import { MODEL_SIDE } from '../../moderation/scores.js';
import { dominantColors } from './dominant-colors.js';
import { perceptualHash } from './perceptual-hash.js';

/** Pixels that the longer side is looked at in; more would tell no more. */
const LOOKED_AT = 256;
/** The most that a ThumbHash is made of. */
const THUMB_SIDE = 100;

/** An image to be looked at. */
export interface LookAtImage {
  readonly source: string;
  /** Where the pixels are written that the model for moderation looks at; undefined: nowhere. */
  readonly pixels?: string | undefined;
}

/** What an image is. */
export interface ImageFacts extends Size {
  readonly format: ImageKind;
  /** As Exif counts it, from 1, which is upright. Width and height are those of the picture turned upright. */
  readonly orientation: number;
  readonly hasAlpha: boolean;
  /** Pictures of an animation; 1 when it is none. */
  readonly frames: number;
  /** The most frequent first, as `#rrggbb`. Nothing of what is transparent. */
  readonly dominantColors: readonly string[];
  /** A ThumbHash in Base64. */
  readonly placeholder: string;
  /** 64 bits in hexadecimal; those of the same picture in another size or format differ in few. */
  readonly perceptualHash: string;
}

/**
 * Looks at the first picture of an image.
 * @throws ImageProblem when it is none that can be read
 */
export async function lookAtImage({ source, pixels: target }: LookAtImage): Promise<ImageFacts> {
  const image = await inspectImage(source);
  const pixels = await decodeImage(image, fitted(image.size, square(LOOKED_AT)));
  if (target !== undefined) await writeFile(target, await forModel(pixels), { flag: 'wx', mode: 0o600 });
  return {
    format: image.kind,
    ...image.size,
    orientation: image.orientation,
    hasAlpha: image.hasAlpha,
    frames: image.frames,
    dominantColors: await dominantColors(pixels),
    placeholder: await thumbHash(pixels),
    perceptualHash: await perceptualHash(pixels),
  };
}

function square(side: number): Size {
  return { width: side, height: side };
}

async function thumbHash(pixels: Pixels): Promise<string> {
  const { data, info } = await fromPixels(pixels)
    .resize({ ...fitted(pixels, square(THUMB_SIDE)), fit: 'fill' })
    .toColourspace('srgb')
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return Buffer.from(rgbaToThumbHash(info.width, info.height, data)).toString('base64');
}

/** The model was taught on pictures that were squeezed into a square. */
function forModel(pixels: Pixels): Promise<Buffer> {
  return fromPixels(pixels)
    .flatten({ background: '#fff' })
    .resize({ width: MODEL_SIDE, height: MODEL_SIDE, fit: 'fill' })
    .toColourspace('srgb')
    .removeAlpha()
    .raw()
    .toBuffer();
}
