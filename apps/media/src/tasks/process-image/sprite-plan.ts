import { MAX_PIXELS, type Size, tooManyPixels } from '../../image-pool/image-size.js';
import { mustHold } from './encoding.js';
import { type SpritePayload } from './sprite.payload.js';
import { type Format } from './variant-request.js';

/** How a sprite is laid out. */
export interface SpritePlan {
  readonly whole: Size;
  readonly cell: Size;
  readonly columns: number;
  readonly format: Format;
  /** undefined: the format's own. */
  readonly quality: number | undefined;
}

/**
 * Lays so many pictures out, about square unless the wish says otherwise.
 * @throws ImageProblem when the whole would be too large to be drawn, or for its format
 */
export function planSprite({ format = 'webp', quality, ...wish }: SpritePayload, count: number): SpritePlan {
  const columns = Math.min(wish.columns ?? Math.ceil(Math.sqrt(count)), count);
  const cell = { width: wish.width, height: wish.height };
  const whole = { width: columns * cell.width, height: Math.ceil(count / columns) * cell.height };
  if (whole.width * whole.height > MAX_PIXELS) throw tooManyPixels(whole, 'The sprite');
  mustHold(format, whole, 'The sprite');
  return { whole, cell, columns, format, quality };
}
