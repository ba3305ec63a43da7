import { shownText } from '../../formats/cell-text.js';
import { isNumeric } from '../../formats/layout.js';
import { PrintedDocument } from '../../formats/pdf/printed-document.js';
import { TablePrinter } from '../../formats/pdf/table-printer.js';
import { TextBlock } from '../../formats/pdf/text-block.js';
import { type ReportHead, type ReportTable } from '../report-work.js';
import { barChartHeight, drawBarChart } from './bar-chart.js';
import { type Canvas } from './box.js';
import { type ChartData, chartData, isFlat } from './chart-data.js';
import { chartNumbers } from './chart-numbers.js';
import { drawFigures, figuresHeight } from './figures.js';
import { drawLineChart } from './line-chart.js';
import { FAINT, INK, SERIES } from './palette.js';
import { drawShareChart } from './share-chart.js';

const TITLE_SIZE = 20;
const ABOUT_SIZE = 10;
const SECTION_SIZE = 11;
const SECTION_HEAD = 20;
const BETWEEN = 18;
const LINE_HEIGHT = 165;
const SHARE_HEIGHT = 120;
/** The least of a table that is begun on a page: its head and a few rows. */
const TABLE_BEGINNING = 90;
const NOTHING = 'Nothing in this time.';
const NOTHING_SIZE = 9;
const NOTHING_HEIGHT = 18;
const COUNTRY = 'en-GB';

/** A report on pages: figures, charts and tables below each other. */
export async function* reportPdf(head: ReportHead, tables: readonly ReportTable[]): AsyncGenerator<Uint8Array> {
  const document = new PrintedDocument(head.title, 'portrait');
  const page = new ReportPage(document, head);
  for (const table of tables) {
    page.section(table);
    yield* document.finished();
  }
  yield* document.rest();
}

/** What a section draws, and the room that it needs. */
interface Drawing {
  readonly height: number;
  /** Gives where it has ended. */
  readonly draw: (canvas: Canvas) => number;
}

/** Where a report has come to on its page. */
class ReportPage {
  #y: number;

  constructor(
    private readonly document: PrintedDocument,
    private readonly head: ReportHead,
  ) {
    this.#y = this.#title();
  }

  section(table: ReportTable): void {
    const { height, draw } = this.#drawing(table);
    const { pdf } = this.document;
    if (this.#y + SECTION_HEAD + height > pdf.page.height - pdf.page.margins.bottom) this.#newPage();
    this.#line(table.title, { block: new TextBlock(pdf, 'bold', SECTION_SIZE), colour: INK });
    this.#y += SECTION_HEAD;
    const box = { x: pdf.page.margins.left, y: this.#y, width: this.#width, height };
    this.#y = draw({ pdf, box, numbers: chartNumbers(this.head.locale ?? COUNTRY) }) + BETWEEN;
  }

  #drawing(table: ReportTable): Drawing {
    if (table.rows.length === 0) return this.#nothing();
    switch (table.kind) {
      case 'figures':
        return fixed(figuresHeight(table), (canvas) => drawFigures(canvas, table, this.head));
      case 'line':
        return this.#chart(table, () => LINE_HEIGHT, drawLineChart);
      case 'bar':
        return this.#chart(table, barChartHeight, drawBarChart);
      case 'share':
        return this.#chart(table, () => SHARE_HEIGHT, drawShareChart);
      case 'table':
        return { height: TABLE_BEGINNING, draw: () => this.#table(table) };
    }
  }

  #chart(
    table: ReportTable,
    heightOf: (data: ChartData) => number,
    draw: (canvas: Canvas, data: ChartData) => void,
  ): Drawing {
    const data = chartData(table, this.head);
    return isFlat(data) ? this.#nothing() : fixed(heightOf(data), (canvas) => draw(canvas, data));
  }

  #table({ columns, rows }: ReportTable): number {
    const forms = columns.map(({ type }) => shownText(type, this.head));
    const shown = rows.map((row) => forms.map((form, at) => (row[at] == null ? '' : form(row[at]))));
    const heads = columns.map(({ title, type }) => ({
      title,
      align: isNumeric(type) ? ('right' as const) : ('start' as const),
    }));
    const printer = new TablePrinter(this.document.pdf, heads, this.document.newPage);
    printer.begin(this.#y, shown);
    for (const row of shown) printer.row(row);
    return printer.y;
  }

  #nothing(): Drawing {
    const block = new TextBlock(this.document.pdf, 'plain', NOTHING_SIZE);
    return fixed(NOTHING_HEIGHT, () => this.#line(NOTHING, { block, colour: FAINT }));
  }

  #newPage(): void {
    this.document.newPage();
    this.#y = this.document.pdf.page.margins.top;
  }

  #title(): number {
    const { pdf } = this.document;
    const { left, top } = pdf.page.margins;
    pdf.rect(left, top, 36, 4).fill(SERIES[0]);
    this.#y = top + 12;
    this.#line(this.head.title, { block: new TextBlock(pdf, 'bold', TITLE_SIZE), colour: INK });
    this.#y = top + 40;
    const about = `${this.head.span}, compared with ${this.head.previous}  ·  ${this.head.timezone}`;
    this.#line(about, { block: new TextBlock(pdf, 'plain', ABOUT_SIZE), colour: FAINT });
    return top + 68;
  }

  /** One line; what does not fit on the page is cut. */
  #line(text: string, { block, colour }: { readonly block: TextBlock; readonly colour: string }): void {
    const { pdf } = this.document;
    pdf.fillColor(colour);
    const place = { x: pdf.page.margins.left, y: this.#y, width: this.#width, align: 'start' } as const;
    block.draw(block.lines(text, this.#width, 1), place);
  }

  get #width(): number {
    const { width, margins } = this.document.pdf.page;
    return width - margins.left - margins.right;
  }
}

function fixed(height: number, draw: (canvas: Canvas) => void): Drawing {
  return {
    height,
    draw: (canvas) => {
      draw(canvas);
      return canvas.box.y + height;
    },
  };
}
