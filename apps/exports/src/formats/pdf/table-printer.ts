import { type PdfPages } from './pdf-pages.js';
import { CELL_PADDING, checkColumns, columnWidths, type TableColumn } from './table-layout.js';
import { TextBlock } from './text-block.js';

const BODY_SIZE = 8;
const MOST_LINES = 12;
const HEAD_FILL = '#E8EDF3';
const LINE_COLOUR = '#D5DCE4';
const TEXT_COLOUR = '#1B2733';

/** Prints the rows of a table one after the other; on a new page its head comes again. */
export class TablePrinter {
  readonly #head: TextBlock;
  readonly #body: TextBlock;
  #widths: readonly number[] = [];
  #y = 0;

  constructor(
    private readonly document: PdfPages,
    private readonly columns: readonly TableColumn[],
    /** Begins a page. */
    private readonly newPage: () => void,
  ) {
    this.#head = new TextBlock(document, 'bold', BODY_SIZE);
    this.#body = new TextBlock(document, 'plain', BODY_SIZE);
  }

  /** Where the next row would begin. */
  get y(): number {
    return this.#y;
  }

  /** Chooses the widths by the first rows, and prints the head. @throws DatasetRefusal `too_many_columns` */
  begin(y: number, sample: readonly (readonly string[])[]): void {
    checkColumns(this.columns.length, this.#width);
    this.#y = y;
    this.#widths = columnWidths(this.columns, sample, { head: this.#head, body: this.#body }, this.#width);
    this.#printHead();
  }

  row(texts: readonly string[]): void {
    const cells = texts.map((text, index) => this.#body.lines(text, this.#inner(index), MOST_LINES));
    const height = heightOf(cells, this.#body);
    if (this.#y + height > this.#bottom) {
      this.newPage();
      this.#y = this.document.page.margins.top;
      this.#printHead();
    }
    this.#print(cells, this.#body);
    this.#y += height;
    const { left } = this.document.page.margins;
    this.document.lineWidth(0.5).strokeColor(LINE_COLOUR);
    this.document
      .moveTo(left, this.#y)
      .lineTo(left + this.#width, this.#y)
      .stroke();
  }

  #printHead(): void {
    const cells = this.columns.map(({ title }, index) => this.#head.lines(title, this.#inner(index), MOST_LINES));
    const height = heightOf(cells, this.#head);
    this.document.rect(this.document.page.margins.left, this.#y, this.#width, height).fill(HEAD_FILL);
    this.#print(cells, this.#head);
    this.#y += height;
  }

  #print(cells: readonly (readonly string[])[], block: TextBlock): void {
    this.document.fillColor(TEXT_COLOUR);
    let x = this.document.page.margins.left;
    for (const [index, lines] of cells.entries()) {
      const align = this.columns[index]?.align ?? 'start';
      block.draw(lines, { x: x + CELL_PADDING, y: this.#y + CELL_PADDING, width: this.#inner(index), align });
      x += this.#widths[index] ?? 0;
    }
  }

  #inner(index: number): number {
    return (this.#widths[index] ?? 0) - 2 * CELL_PADDING;
  }

  get #width(): number {
    const { width, margins } = this.document.page;
    return width - margins.left - margins.right;
  }

  get #bottom(): number {
    const { height, margins } = this.document.page;
    return height - margins.bottom;
  }
}

function heightOf(cells: readonly (readonly string[])[], block: TextBlock): number {
  const lines = Math.max(1, ...cells.map(({ length }) => length));
  return lines * block.lineHeight + 2 * CELL_PADDING;
}
