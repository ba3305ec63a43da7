import { type PdfPages } from '../../formats/pdf/pdf-pages.js';
import { type ChartNumbers } from './chart-numbers.js';

/** A place on a page, in points. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Where something is drawn, and how its numbers are written. */
export interface Canvas {
  readonly pdf: PdfPages;
  readonly box: Box;
  readonly numbers: ChartNumbers;
}
