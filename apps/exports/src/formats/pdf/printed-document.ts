import { DatasetRefusal } from '#libs/datasets';
import { PdfPages } from './pdf-pages.js';
import { TextBlock } from './text-block.js';
import { REPLACEMENT } from './text-runs.js';

const MARGIN = 40;
const FOOT = 24;
const FOOT_SIZE = 7;
const FOOT_COLOUR = '#6B7885';
const MOST_PAGES = 5_000;
const FORGET_EVERY_PAGES = 50;

/** A document of A4 pages with numbers at their feet, which gives away its pages as they are finished. */
export class PrintedDocument {
  readonly pdf: PdfPages;
  readonly #foot: TextBlock;
  #pages = 0;

  constructor(
    private readonly title: string,
    private readonly orientation: 'portrait' | 'landscape',
  ) {
    this.pdf = new PdfPages({
      size: 'A4',
      layout: orientation,
      margins: { top: MARGIN, left: MARGIN, right: MARGIN, bottom: MARGIN + FOOT },
      autoFirstPage: false,
      info: { Title: title, Creator: 'Leveret' },
    });
    this.#foot = new TextBlock(this.pdf, 'plain', FOOT_SIZE);
    this.newPage();
  }

  /** @throws DatasetRefusal `too_many_pages` */
  readonly newPage = (): void => {
    if (this.#pages === MOST_PAGES) {
      const advice = 'choose fewer rows, or another format';
      throw new DatasetRefusal('too_many_pages', `A PDF has at most ${MOST_PAGES} pages; ${advice}.`);
    }
    this.#endPage();
    this.pdf.addPage();
    this.#pages += 1;
    if (this.#pages % FORGET_EVERY_PAGES === 0) this.pdf.forgetWords();
  };

  /** What is finished and was not taken yet. */
  *finished(): Generator<Uint8Array> {
    for (let bytes = this.#take(); bytes !== null; bytes = this.#take()) yield bytes;
  }

  /** Ends the document and gives the rest of it. */
  async *rest(): AsyncGenerator<Uint8Array> {
    this.#endPage();
    this.pdf.end();
    for await (const bytes of this.pdf) yield bytes as Uint8Array;
  }

  #take(): Uint8Array | null {
    return this.pdf.read() as Uint8Array | null;
  }

  #endPage(): void {
    if (this.#pages === 0) return;
    const replaced = this.pdf.replacedSigns;
    const { width, height, margins } = this.pdf.page;
    const place = { x: MARGIN, y: height - MARGIN - FOOT_SIZE, width: width - 2 * MARGIN };
    const number = `Page ${this.#pages}`;
    const about = replaced === 0 ? number : `${signsWithoutFont(replaced)}  ·  ${number}`;
    const room = place.width - this.#foot.widthOf(about) - FOOT_SIZE;
    this.pdf.fillColor(FOOT_COLOUR);
    // Below the margin, where text would begin a page of its own.
    const { bottom } = margins;
    margins.bottom = 0;
    this.#foot.draw(this.#foot.lines(this.title, room, 1), { ...place, align: 'left' });
    this.#foot.draw([about], { ...place, align: 'right' });
    margins.bottom = bottom;
    this.pdf.replacedSigns = 0;
  }
}

function signsWithoutFont(count: number): string {
  return `${REPLACEMENT}: ${count} ${count === 1 ? 'sign' : 'signs'} without a font`;
}
