import { drawVariants } from '../tasks/process-image/draw-variants.js';

/** Every kind of work that a child process knows, by the name it is asked for. */
export const IMAGE_WORKS = {
  'draw-variants': drawVariants,
} as const;

/** The works with their types; the app imports these alone, so that libvips is never loaded into it. */
export type ImageWorks = typeof IMAGE_WORKS;
