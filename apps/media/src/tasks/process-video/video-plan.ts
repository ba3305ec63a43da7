import { type Size } from '../../image-pool/image-size.js';

/** The sizes that a video may be asked for in, and the pixels of their shorter side. */
export const SHORT_SIDES = { '480p': 480, '720p': 720, '1080p': 1080 } as const;
export type VideoFormat = keyof typeof SHORT_SIDES;
export const VIDEO_FORMATS = Object.keys(SHORT_SIDES) as readonly VideoFormat[];

/** Players and encoders stop somewhere above it. */
const MAX_LONG_SIDE = 4096;

/**
 * The size of a video in a format: its shorter side is the format's, or its own when that is less, for nothing is enlarged.
 * Sides are even, as the encoder wants them.
 */
export function sizeIn(format: VideoFormat, { width, height }: Size): Size {
  const [short, long] = [Math.min(width, height), Math.max(width, height)];
  const scale = Math.min(1, SHORT_SIDES[format] / short, MAX_LONG_SIDE / long);
  return { width: even(width, scale), height: even(height, scale) };
}

function even(side: number, scale: number): number {
  return 2 * Math.max(1, Math.min(Math.round((side * scale) / 2), Math.floor(side / 2)));
}
