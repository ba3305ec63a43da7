import { POSITIONS, type WatermarkRequest } from '../../watermark/watermark-request.js';

export const FITS = ['cover', 'contain', 'fill', 'inside', 'outside'] as const;
export type Fit = (typeof FITS)[number];

export const FORMATS = ['jpeg', 'png', 'webp', 'avif', 'gif'] as const;
export type Format = (typeof FORMATS)[number];

/** Where a picture is cut to: a side or corner, or what a viewer looks at first, or where most is going on. */
export const CROPS = [...POSITIONS, 'attention', 'entropy'] as const;
export type Crop = (typeof CROPS)[number];

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
  /** For `cover`. @default 'center' */
  readonly crop?: Crop | undefined;
  /** Sigma of a Gaussian blur, in pixels of the variant. */
  readonly blur?: number | undefined;
  /** Radius of the corners, in pixels of the variant. */
  readonly rounded?: number | undefined;
  /** undefined: the source's own; of a GIF that does not move a JPEG. */
  readonly format?: Format | undefined;
  /** undefined: 80, for AVIF 50. */
  readonly quality?: number | undefined;
  readonly watermark?: WatermarkRequest | undefined;
}
