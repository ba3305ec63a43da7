import { ChildPool, type ChildPoolOptions } from './child-pool.js';
import { type ImageWorks } from './image-works.js';

/** Memory that a process may take in which pictures are drawn. */
export const PICTURE_MEMORY_BYTES = 1024 ** 3;

/** The child processes that decode and draw. */
export class ImagePool extends ChildPool<ImageWorks> {
  /** @param options @default the module beside this file, in a gibibyte */
  constructor({ entry, memoryLimitBytes = PICTURE_MEMORY_BYTES }: Partial<ChildPoolOptions> = {}) {
    super({ entry: entry ?? new URL('./child-main.js', import.meta.url), memoryLimitBytes });
  }
}
