import PDFDocument from 'pdfkit';
import { DatasetRefusal } from '#libs/datasets';
import { FONTS, registerFonts } from './fonts.js';

const MARGIN = 40;
const FOOT = 24;
const FOOT_SIZE = 7;
const FOOT_COLOUR = '#6B7885';
const MOST_PAGES = 5_000;
const FORGET_EVERY_PAGES = 50;

/** pdfkit keeps the layout of every word that it has drawn, which saves most of its work, and never lets one go. */
interface FontsOfPdfkit {
  readonly _fontFamilies: Readonly<Record<string, { layoutCache?: object }>>;
}

/** A document of A4 pages with numbers at their feet, which gives away its pages as they are finished. */
export class PrintedDocument {
  readonly pdf: PDFKit.PDFDocument;
  #pages = 0;

  constructor(
    private readonly title: string,
    private readonly orientation: 'portrait' | 'landscape',
  ) {
    this.pdf = new PDFDocument({
      size: 'A4',
      layout: orientation,
      margins: { top: MARGIN, left: MARGIN, right: MARGIN, bottom: MARGIN + FOOT },
      autoFirstPage: false,
      info: { Title: title, Creator: 'Leveret' },
    });
    registerFonts(this.pdf);
    this.newPage();
  }

  /** @throws DatasetRefusal `too_many_pages` */
  readonly newPage = (): void => {
    if (this.#pages === MOST_PAGES) {
      const advice = 'choose fewer rows, or another format';
      throw new DatasetRefusal('too_many_pages', `A PDF has at most ${MOST_PAGES} pages; ${advice}.`);
    }
    this.pdf.addPage();
    this.#pages += 1;
    if (this.#pages % FORGET_EVERY_PAGES === 0) this.#forgetWords();
    this.#printFoot();
  };

  /** What is finished and was not taken yet. */
  *finished(): Generator<Uint8Array> {
    for (let bytes = this.#take(); bytes !== null; bytes = this.#take()) yield bytes;
  }

  /** Ends the document and gives the rest of it. */
  async *rest(): AsyncGenerator<Uint8Array> {
    this.pdf.end();
    for await (const bytes of this.pdf) yield bytes as Uint8Array;
  }

  #forgetWords(): void {
    const { _fontFamilies: fonts } = this.pdf as unknown as FontsOfPdfkit;
    for (const font of Object.values(fonts)) font.layoutCache = {};
  }

  #take(): Uint8Array | null {
    return this.pdf.read() as Uint8Array | null;
  }

  #printFoot(): void {
    const { width, height } = this.pdf.page;
    const y = height - MARGIN - FOOT_SIZE;
    const number = `Page ${this.#pages}`;
    this.pdf.font(FONTS.plain).fontSize(FOOT_SIZE).fillColor(FOOT_COLOUR);
    // Below the margin, where text would begin a page of its own.
    const { bottom } = this.pdf.page.margins;
    this.pdf.page.margins.bottom = 0;
    this.pdf.text(this.title, MARGIN, y, { lineBreak: false });
    this.pdf.text(number, width - MARGIN - this.pdf.widthOfString(number), y, { lineBreak: false });
    this.pdf.page.margins.bottom = bottom;
  }
}
