import { type Row } from '#libs/datasets';
import { type CellText, shownText } from '../cell-text.js';
import { isNumeric, type Layout } from '../layout.js';
import { PrintedDocument } from './printed-document.js';
import { TablePrinter } from './table-printer.js';
import { TextBlock } from './text-block.js';

/** From this many columns on, pages lie on their side. */
const WIDE = 6;
const TITLE_SIZE = 16;
const TITLE_COLOUR = '#1B2733';
const SAMPLE_ROWS = 200;
const BELOW_TITLE = 28;

/** A table on pages, for people. */
export async function* pdf(batches: AsyncIterable<readonly Row[]>, layout: Layout): AsyncGenerator<Uint8Array> {
  const { title, columns } = layout;
  const document = new PrintedDocument(title, columns.length < WIDE ? 'portrait' : 'landscape');
  const table = new TablePrinter(
    document.pdf,
    columns.map((column) => ({ title: column.title, align: isNumeric(column.type) ? 'right' : 'start' })),
    document.newPage,
  );
  const shown = rowText(layout);
  const top = printTitle(document, title);
  let first = true;
  for await (const rows of batches) {
    if (first) table.begin(top, rows.slice(0, SAMPLE_ROWS).map(shown));
    first = false;
    for (const row of rows) table.row(shown(row));
    yield* document.finished();
  }
  if (first) table.begin(top, []);
  yield* document.rest();
}

function printTitle({ pdf }: PrintedDocument, title: string): number {
  const { left, right, top } = pdf.page.margins;
  const width = pdf.page.width - left - right;
  const block = new TextBlock(pdf, 'bold', TITLE_SIZE);
  pdf.fillColor(TITLE_COLOUR);
  block.draw(block.lines(title, width, 1), { x: left, y: top, width, align: 'start' });
  return top + BELOW_TITLE;
}

function rowText(layout: Layout): (row: Row) => readonly string[] {
  const cells = layout.columns.map(({ at, type }): { at: number; text: CellText } => ({
    at,
    text: shownText(type, layout),
  }));
  return (row) =>
    cells.map(({ at, text }) => {
      const value = row[at];
      return value == null ? '' : text(value);
    });
}
