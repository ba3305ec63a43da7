import { shownText } from '../../formats/cell-text.js';
import { type Forms } from '../../formats/layout.js';
import { type PdfPages } from '../../formats/pdf/pdf-pages.js';
import { TextBlock } from '../../formats/pdf/text-block.js';
import { type ReportTable } from '../report-work.js';
import { type Box, type Canvas } from './box.js';
import { BETTER, FAINT, GRID, INK, WORSE } from './palette.js';

const TILE_HEIGHT = 62;
const MOST_BESIDE = 4;
const GAP = 10;
const PADDING = 10;
const TITLE_SIZE = 8;
const LARGEST_SIZE = 17;
const SMALLEST_SIZE = 9;
/** Less of a change is none that can be seen in the text. */
const LEAST_CHANGE = 0.0005;

/** How high the figures of a table are. */
export function figuresHeight({ columns }: ReportTable): number {
  const lines = Math.ceil(columns.length / MOST_BESIDE);
  return lines * TILE_HEIGHT + (lines - 1) * GAP;
}

/** The most important numbers: the first row of a table, and how it differs from the second. */
export function drawFigures(canvas: Canvas, table: ReportTable, forms: Forms): void {
  const { columns, rows } = table;
  const [now = [], before = []] = rows;
  const lines = Math.ceil(columns.length / MOST_BESIDE);
  const beside = Math.ceil(columns.length / lines);
  const width = (canvas.box.width - GAP * (beside - 1)) / beside;
  for (const [index, { title, type }] of columns.entries()) {
    const x = canvas.box.x + (index % beside) * (width + GAP);
    const y = canvas.box.y + Math.floor(index / beside) * (TILE_HEIGHT + GAP);
    const value = now[index] ?? null;
    drawTile(
      { ...canvas, box: { x, y, width, height: TILE_HEIGHT } },
      {
        title,
        shown: value === null ? '–' : shownText(type, forms)(value),
        change: changeOf(value, before[index] ?? null),
      },
    );
  }
}

interface Figure {
  readonly title: string;
  readonly shown: string;
  /** Of what was before; undefined when nothing can be said. */
  readonly change: number | undefined;
}

function drawTile({ pdf, box, numbers }: Canvas, { title, shown, change }: Figure): void {
  pdf.roundedRect(box.x, box.y, box.width, box.height, 4).lineWidth(0.8).strokeColor(GRID).stroke();
  const inner = { ...box, x: box.x + PADDING, width: box.width - 2 * PADDING };
  const small = new TextBlock(pdf, 'plain', TITLE_SIZE);
  pdf.fillColor(FAINT);
  small.draw(small.lines(title, inner.width, 1), { ...inner, y: box.y + 8, align: 'left' });
  drawNumber(pdf, shown, { ...inner, y: box.y + 21 });
  if (change === undefined) return;
  const { sign, colour } = direction(change);
  pdf.fillColor(colour);
  small.draw([`${sign} ${numbers.percent(Math.abs(change))}`], {
    ...inner,
    y: box.y + box.height - 17,
    align: 'left',
  });
}

/** As large as it has room. */
function drawNumber(pdf: PdfPages, text: string, box: Box): void {
  let block = new TextBlock(pdf, 'bold', LARGEST_SIZE);
  while (block.size > SMALLEST_SIZE && block.widthOf(text) > box.width)
    block = new TextBlock(pdf, 'bold', block.size - 1);
  pdf.fillColor(INK);
  block.draw([text], { ...box, align: 'left' });
}

function direction(change: number): { readonly sign: string; readonly colour: string } {
  if (Math.abs(change) < LEAST_CHANGE) return { sign: '=', colour: FAINT };
  return change < 0 ? { sign: '▼', colour: WORSE } : { sign: '▲', colour: BETTER };
}

/** Nothing can be said against what was nought. */
function changeOf(now: string | null, before: string | null): number | undefined {
  const [value, former] = [Number(now ?? Number.NaN), Number(before ?? Number.NaN)];
  if (!Number.isFinite(value) || !Number.isFinite(former) || former === 0) return undefined;
  return (value - former) / Math.abs(former);
}
