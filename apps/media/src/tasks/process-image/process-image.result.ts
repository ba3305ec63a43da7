import { type JobFiles } from '#libs/consumer';
import { type Size } from '../../image-pool/image-size.js';
import { type Format } from './variant-request.js';
import { type SavedVariant } from './variant-saver.js';

/** All sources in one picture. */
export interface Sprite {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  readonly cell: Size;
  /** Cells in a row; the pictures stand in the order of `sources`, row by row. */
  readonly columns: number;
  readonly format: Format;
  readonly file: Awaited<ReturnType<JobFiles['save']>>;
}

/** What a `media.process-image` job results in; the variants in the order they were asked for, source by source. */
export interface ProcessImageResult {
  readonly variants: readonly SavedVariant[];
  readonly sprite?: Sprite;
}
