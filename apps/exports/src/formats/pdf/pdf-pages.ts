import PDFDocument from 'pdfkit';
import { Fonts } from './fonts.js';

/** A document of pdfkit with our fonts. */
export class PdfPages extends PDFDocument {
  readonly fonts = new Fonts(this);
  /** Signs that no font has, as they were drawn up to now. */
  replacedSigns = 0;
}
