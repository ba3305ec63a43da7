import { type ScaleLinear, scaleBand } from 'd3-scale';
import { TextBlock } from '../../formats/pdf/text-block.js';
import { type Box, type Canvas } from './box.js';
import { type ChartData } from './chart-data.js';
import { FAINT, INK, seriesColour } from './palette.js';
import { AXIS_SIZE, drawLegend, legendHeight, valueScale } from './plot.js';

const LONGEST_NAME_SHARE = 0.28;
const VALUE_ROOM = 54;
const NAME_GAP = 8;
const LANE_HEIGHT = 11;
const ROW_GAP = 6;
const LEAST_ROW = 22;
/** A chart is on one page; names that have no room are told by their number. */
const MOST_HEIGHT = 600;
const NOTE_HEIGHT = 14;

/** How high a chart of bars is, by what it shows. */
export function barChartHeight(data: ChartData): number {
  const { shown, hidden } = namesOf(data);
  return legendHeight(data) + shown * rowHeight(data) + (hidden > 0 ? NOTE_HEIGHT : 0);
}

/** Values beside their names, which may be long: bars that lie, each with its number at its end. */
export function drawBarChart(canvas: Canvas, data: ChartData): void {
  const { shown, hidden } = namesOf(data);
  const below = drawLegend(canvas, data);
  const box = { ...below, height: shown * rowHeight(data) };
  const text = new TextBlock(canvas.pdf, 'plain', AXIS_SIZE + 1);
  const labels = data.labels.slice(0, shown);
  const most = box.width * LONGEST_NAME_SHARE;
  const longest = Math.max(0, ...labels.map((label) => text.widthUpTo(label, most))) + NAME_GAP;
  const names = Math.min(longest, most);
  const bars = new Bars(canvas, text, valueScale(data, [box.x + names, box.x + box.width - VALUE_ROOM]));
  const rows = scaleBand([...labels.keys()], [box.y, box.y + box.height]).padding(0.25);
  for (const [row, label] of labels.entries()) {
    const place = { x: box.x, y: rows(row) ?? 0, width: names, height: rows.bandwidth() };
    bars.name(label, place);
    bars.draw(
      data.series.map(({ values }) => values[row] ?? null),
      place,
    );
  }
  if (hidden > 0) {
    canvas.pdf.fillColor(FAINT);
    text.draw([`and ${hidden} more`], { x: box.x, y: box.y + box.height + 2, width: box.width, align: 'left' });
  }
}

class Bars {
  constructor(
    private readonly canvas: Canvas,
    private readonly text: TextBlock,
    private readonly scale: ScaleLinear<number, number>,
  ) {}

  name(label: string, { x, y, width, height }: Box): void {
    this.canvas.pdf.fillColor(INK);
    const lines = this.text.lines(label, width - NAME_GAP, 1);
    this.text.draw(lines, { x, y: y + height / 2 - this.text.lineHeight / 2, width, align: 'left' });
  }

  /** The bars of one name, a lane for each series. */
  draw(values: readonly (number | null)[], { y, height }: Box): void {
    const { pdf, numbers } = this.canvas;
    const lanes = scaleBand([...values.keys()], [y, y + height]).paddingInner(0.15);
    for (const [index, value] of values.entries()) {
      if (value === null) continue;
      const [left, right] = [Math.min(this.scale(0), this.scale(value)), Math.max(this.scale(0), this.scale(value))];
      const top = lanes(index) ?? 0;
      pdf.rect(left, top, Math.max(0.5, right - left), lanes.bandwidth()).fill(seriesColour(index));
      pdf.fillColor(index === 0 ? INK : FAINT);
      const middle = top + lanes.bandwidth() / 2 - this.text.lineHeight / 2;
      this.text.draw([numbers.amount(value)], { x: right + 4, y: middle, width: 0, align: 'left' });
    }
  }
}

function rowHeight({ series }: ChartData): number {
  return Math.max(LEAST_ROW, series.length * LANE_HEIGHT + ROW_GAP);
}

function namesOf(data: ChartData): { readonly shown: number; readonly hidden: number } {
  const shown = Math.min(data.labels.length, Math.max(1, Math.floor(MOST_HEIGHT / rowHeight(data))));
  return { shown, hidden: data.labels.length - shown };
}
