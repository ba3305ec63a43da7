export const FITS = ['cover', 'contain', 'fill', 'inside', 'outside'] as const;
export type Fit = (typeof FITS)[number];

export const FORMATS = ['jpeg', 'png', 'webp', 'avif'] as const;
export type Format = (typeof FORMATS)[number];

export const POSITIONS = [
  'northwest',
  'north',
  'northeast',
  'west',
  'center',
  'east',
  'southwest',
  'south',
  'southeast',
] as const;
export type Position = (typeof POSITIONS)[number];

/** Pixels that a variant may be asked to be wide or high. */
export const MAX_SIDE = 16_384;

/** A watermark whose image, if it is one, lies in a file on this machine. */
export interface WatermarkRequest {
  readonly content: { readonly text: string } | { readonly path: string };
  readonly position: Position;
  /** 0 to 1. */
  readonly opacity: number;
}

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
