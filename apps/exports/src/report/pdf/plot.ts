import { scaleLinear, type ScaleLinear } from 'd3-scale';
import { TextBlock } from '../../formats/pdf/text-block.js';
import { type Box, type Canvas } from './box.js';
import { type ChartData } from './chart-data.js';
import { FAINT, GRID, INK, seriesColour } from './palette.js';

export const AXIS_SIZE = 7;
const LEGEND_HEIGHT = 16;
const SWATCH = 7;
const TICKS = 4;
const NAME_GAP = 8;
const LONGEST_NAME_SHARE = 0.28;

/** The values of all series on a scale from nought, with room up to a round number. */
export function valueScale({ series }: ChartData, range: readonly [number, number]): ScaleLinear<number, number> {
  const values = series.flatMap((each) => each.values.map((value) => value ?? 0));
  const [least, most] = [Math.min(0, ...values), Math.max(0, ...values)];
  return scaleLinear([least, most], range).nice(TICKS);
}

/** Lines across a plot at round values, with their numbers at the left; gives the place that is left for the plot. */
export function drawValueAxis(
  { pdf, box, numbers }: Canvas,
  data: ChartData,
): { plot: Box; scale: ScaleLinear<number, number> } {
  const scale = valueScale(data, [box.y + box.height, box.y]);
  const ticks = scale.ticks(TICKS).map((value) => ({ y: scale(value), text: numbers.axis(value) }));
  const block = new TextBlock(pdf, 'plain', AXIS_SIZE);
  const room = Math.max(0, ...ticks.map(({ text }) => block.widthOf(text))) + 6;
  for (const { y, text } of ticks) {
    pdf
      .moveTo(box.x + room, y)
      .lineTo(box.x + box.width, y)
      .lineWidth(0.5)
      .strokeColor(GRID)
      .stroke();
    pdf.fillColor(FAINT);
    block.draw([text], { x: box.x, y: y - AXIS_SIZE / 2 - 1, width: room - 4, align: 'right' });
  }
  return { plot: { ...box, x: box.x + room, width: box.width - room }, scale };
}

/** Names below a plot, as many as have room; none stands out at its end. */
export function drawNames({ pdf, box }: Canvas, labels: readonly string[], xOf: (index: number) => number): void {
  const block = new TextBlock(pdf, 'plain', AXIS_SIZE);
  const shown = labels.map((label) => block.lines(label, box.width * LONGEST_NAME_SHARE, 1).join(''));
  const widest = Math.max(1, ...shown.map((label) => block.widthOf(label)));
  const every = Math.max(1, Math.ceil((labels.length * (widest + NAME_GAP)) / box.width));
  let free = -Infinity;
  pdf.fillColor(FAINT);
  for (const [index, label] of shown.entries()) {
    const width = block.widthOf(label);
    const x = Math.min(xOf(index) - width / 2, box.x + box.width - width);
    if (index % every !== 0 || x < free) continue;
    block.draw([label], { x, y: box.y, width, align: 'left' });
    free = x + width + NAME_GAP;
  }
}

/** The height of {@link drawLegend}. */
export function legendHeight({ series }: ChartData): number {
  return series.length < 2 ? 0 : LEGEND_HEIGHT;
}

/** What the colours stand for, above a chart of several series; gives the place that is left below it. */
export function drawLegend({ pdf, box }: Canvas, data: ChartData): Box {
  const height = legendHeight(data);
  if (height === 0) return box;
  const block = new TextBlock(pdf, 'plain', AXIS_SIZE);
  const width = box.width / data.series.length;
  let { x } = box;
  for (const [index, { title }] of data.series.entries()) {
    const [text = ''] = block.lines(title, width, 1);
    pdf.rect(x, box.y + 1, SWATCH, SWATCH).fill(seriesColour(index));
    pdf.fillColor(INK);
    block.draw([text], { x: x + SWATCH + 4, y: box.y, width, align: 'left' });
    x += SWATCH + 4 + block.widthOf(text) + 14;
  }
  return { ...box, y: box.y + height, height: box.height - height };
}
