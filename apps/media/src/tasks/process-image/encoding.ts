import { type Sharp } from 'sharp';
import { type ImageKind } from '../../image-pool/image-kind.js';
import { ImageProblem } from '../../image-pool/image-problem.js';
import { type Size } from '../../image-pool/image-size.js';
import { type Format } from './variant-request.js';

/** The longest side that each format can hold, in pixels. */
const MAX_SIDES: Readonly<Record<Format, number>> = {
  jpeg: 65_535,
  png: 65_535,
  webp: 16_383,
  avif: 16_384,
  gif: 65_535,
};

const DEFAULT_QUALITY = 80;
/** About as good to look at as a JPEG of 80. */
const DEFAULT_AVIF_QUALITY = 50;
/** One step up takes five times as long and saves 4 % of the bytes. */
const AVIF_EFFORT = 3;

/** The format of a variant that asks for none: the source's own, JPEG for a GIF that does not move. */
export function formatFor({ kind, frames }: { readonly kind: ImageKind; readonly frames: number }): Format {
  return kind === 'gif' && frames === 1 ? 'jpeg' : kind;
}

/** @throws ImageProblem when a format has no room for a picture of this size */
export function mustHold(format: Format, { width, height }: Size, what: string): void {
  if (Math.max(width, height) <= MAX_SIDES[format]) return;
  const most = `${format} allows ${String(MAX_SIDES[format])} a side`;
  throw new ImageProblem('image_too_large', `${what} has ${String(width)} x ${String(height)} pixels; ${most}`);
}

/** True for a format that an animation stays one in. */
export function moves(format: Format): boolean {
  return format === 'gif' || format === 'webp';
}

/** Encodes without metadata. PNG is free of loss whatever the quality. */
export function encoded(picture: Sharp, format: Format, quality: number | undefined): Sharp {
  switch (format) {
    case 'jpeg':
      return picture.jpeg({ quality: quality ?? DEFAULT_QUALITY });
    case 'gif':
      return picture.gif();
    case 'png':
      return picture.png();
    case 'webp':
      return picture.webp({ quality: quality ?? DEFAULT_QUALITY });
    case 'avif':
      return picture.avif({ quality: quality ?? DEFAULT_AVIF_QUALITY, effort: AVIF_EFFORT });
  }
}
