import { type WatermarkRequest } from '../../watermark/watermark-request.js';

export const FITS = ['cover', 'contain', 'fill', 'inside', 'outside'] as const;
export type Fit = (typeof FITS)[number];

export const FORMATS = ['jpeg', 'png', 'webp', 'avif'] as const;
export type Format = (typeof FORMATS)[number];

/** Pixels that a variant may be asked to be wide or high. */
export const MAX_SIDE = 16_384;

/** One variant as a child process is asked for it: defaults filled in, files on this machine. */
export interface VariantRequest {
  readonly name: string;
  /** The file it is written to. */
  readonly target: string;
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  readonly fit: Fit;
  /** undefined: the source's own, JPEG where that cannot be written. */
  readonly format?: Format | undefined;
  /** undefined: 80, for AVIF 50. */
  readonly quality?: number | undefined;
  readonly watermark?: WatermarkRequest | undefined;
}
