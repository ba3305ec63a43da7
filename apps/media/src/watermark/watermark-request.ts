import { type Size } from '../image-pool/image-size.js';

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

/** A watermark whose image, if it is one, lies in a file on this machine. */
export interface WatermarkRequest {
  readonly content: { readonly text: string } | { readonly path: string };
  readonly position: Position;
  /** 0 to 1. */
  readonly opacity: number;
}

/** Something of this size, and what is laid over it. */
export interface Marked {
  readonly canvas: Size;
  readonly watermark?: WatermarkRequest | undefined;
}
