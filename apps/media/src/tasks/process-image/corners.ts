import { type OverlayOptions } from 'sharp';
import { type Size } from '../../image-pool/image-size.js';

/** White, and how much of it is seen. */
const CHANNELS = 2;

interface Rounding {
  readonly radius: number;
  /** Pictures of an animation, which lie under one another. */
  readonly frames: number;
  /** For formats that know no transparency. */
  readonly onWhite: boolean;
}

/** Rounds the corners of a picture: what is outside of them becomes transparent, or white. */
export function roundedCorners(size: Size, { radius, frames, onWhite }: Rounding): OverlayOptions {
  const mask = cornerMask(size, Math.min(radius, size.width / 2, size.height / 2), onWhite);
  const input = frames === 1 ? mask : Buffer.concat(Array<Buffer>(frames).fill(mask));
  const raw = { width: size.width, height: size.height * frames, channels: CHANNELS } as const;
  return { input, raw, blend: onWhite ? 'over' : 'dest-in', left: 0, top: 0 };
}

/** What the corners leave of the picture, or the corners themselves. */
function cornerMask({ width, height }: Size, radius: number, inverted: boolean): Buffer {
  const mask = Buffer.alloc(width * height * CHANNELS, 255);
  const inside = inverted ? 0 : 255;
  for (let pixel = 0; pixel < width * height; pixel += 1) mask[pixel * CHANNELS + 1] = inside;
  for (let y = 0; y < height; y += 1) {
    const down = intoCorner(y, height, radius);
    if (down === 0) continue;
    for (let x = 0; x < radius; x += 1) {
      const cover = covered(Math.hypot(intoCorner(x, width, radius), down), radius);
      const alpha = inverted ? 255 - cover : cover;
      for (const column of [x, width - 1 - x]) mask[(y * width + column) * CHANNELS + 1] = alpha;
    }
  }
  return mask;
}

/** How far the middle of a pixel lies beyond the centre of a corner's circle along one side; 0 between the corners. */
function intoCorner(at: number, side: number, radius: number): number {
  return Math.max(0, radius - (Math.min(at, side - 1 - at) + 0.5));
}

function covered(distance: number, radius: number): number {
  return Math.round(255 * Math.min(1, Math.max(0, radius - distance + 0.5)));
}
