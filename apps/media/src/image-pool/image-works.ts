import { lookAtImage } from '../tasks/analyze-image/look-at-image.js';
import { drawSprite } from '../tasks/process-image/draw-sprite.js';
import { drawVariants } from '../tasks/process-image/draw-variants.js';
import { drawMarks } from '../watermark/draw-marks.js';

/** Every kind of work that a child process knows, by the name it is asked for. */
export const IMAGE_WORKS = {
  'draw-variants': drawVariants,
  'draw-sprite': drawSprite,
  'draw-marks': drawMarks,
  'look-at-image': lookAtImage,
} as const;

/** The works with their types; the app imports these alone, so that libvips is never loaded into it. */
export type ImageWorks = typeof IMAGE_WORKS;
