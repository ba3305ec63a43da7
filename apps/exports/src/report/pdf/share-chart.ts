import { arc, pie } from 'd3-shape';
import { TextBlock } from '../../formats/pdf/text-block.js';
import { type Canvas } from './box.js';
import { type ChartData } from './chart-data.js';
import { FAINT, INK, seriesColour } from './palette.js';

const MOST_PARTS = 6;
const OTHERS = 'Others';
const HOLE = 0.58;
const LEGEND_GAP = 36;
const LINE = 18;
const SWATCH = 9;
const NAME_WIDTH = 150;
const NUMBER_WIDTH = 55;

interface Part {
  readonly label: string;
  readonly value: number;
}

/** The parts of a whole as a ring, with their names and shares beside it. Small parts are taken together. */
export function drawShareChart(canvas: Canvas, { labels, series }: ChartData): void {
  const values = series[0]?.values ?? [];
  const parts = gathered(labels.map((label, index) => ({ label, value: Math.max(0, values[index] ?? 0) })));
  drawRing(canvas, parts);
  drawNames(canvas, parts);
}

function drawRing({ pdf, box }: Canvas, parts: readonly Part[]): void {
  const radius = box.height / 2;
  const slices = pie<Part>()
    .value(({ value }) => value)
    .sort(null)
    .padAngle(0.012)([...parts]);
  const ring = arc<(typeof slices)[number]>()
    .innerRadius(radius * HOLE)
    .outerRadius(radius);
  pdf.save().translate(box.x + radius, box.y + radius);
  for (const [index, slice] of slices.entries()) pdf.path(ring(slice) ?? '').fill(seriesColour(index));
  pdf.restore();
}

function drawNames({ pdf, box, numbers }: Canvas, parts: readonly Part[]): void {
  const whole = parts.reduce((sum, { value }) => sum + value, 0);
  const text = new TextBlock(pdf, 'plain', 9);
  const swatch = box.x + box.height + LEGEND_GAP;
  const name = swatch + SWATCH + 6;
  const top = box.y + box.height / 2 - (parts.length * LINE) / 2;
  for (const [index, { label, value }] of parts.entries()) {
    const y = top + index * LINE;
    pdf.rect(swatch, y + 1, SWATCH, SWATCH).fill(seriesColour(index));
    pdf.fillColor(INK);
    text.draw(text.lines(label, NAME_WIDTH, 1), { x: name, y, width: NAME_WIDTH, align: 'left' });
    pdf.fillColor(FAINT);
    for (const [column, shown] of [numbers.percent(value / whole), numbers.amount(value)].entries()) {
      text.draw([shown], {
        x: name + NAME_WIDTH + column * NUMBER_WIDTH,
        y,
        width: NUMBER_WIDTH,
        align: 'right',
      });
    }
  }
}

function gathered(parts: readonly Part[]): readonly Part[] {
  const sorted = parts.toSorted((a, b) => b.value - a.value);
  if (sorted.length <= MOST_PARTS) return sorted;
  const rest = sorted.slice(MOST_PARTS - 1).reduce((sum, { value }) => sum + value, 0);
  return [...sorted.slice(0, MOST_PARTS - 1), { label: OTHERS, value: rest }];
}
