import { area, curveMonotoneX, line } from 'd3-shape';
import { type Canvas } from './box.js';
import { type ChartData } from './chart-data.js';
import { seriesColour } from './palette.js';
import { drawLegend, drawNames, drawValueAxis } from './plot.js';

const NAMES_HEIGHT = 14;
const FILL_OPACITY = 0.08;
const DOT_RADIUS = 2;

type Value = number | null;

/** Values in a row of times: the first series as a line over an area, those it is compared with as broken lines. */
export function drawLineChart(canvas: Canvas, data: ChartData): void {
  const { pdf } = canvas;
  const below = drawLegend(canvas, data);
  const box = { ...below, height: below.height - NAMES_HEIGHT };
  const { plot, scale } = drawValueAxis({ ...canvas, box }, data);
  const last = Math.max(1, data.labels.length - 1);
  const xOf = (index: number): number => plot.x + (plot.width * index) / last;
  const yOf = (value: Value): number => scale(value ?? 0);
  const hasValue = (value: Value): boolean => value !== null;
  const path = line<Value>((_, index) => xOf(index), yOf)
    .curve(curveMonotoneX)
    .defined(hasValue);
  const surface = area<Value>((_, index) => xOf(index), scale(0), yOf)
    .curve(curveMonotoneX)
    .defined(hasValue);
  for (const [index, { values }] of [...data.series.entries()].reverse()) {
    const colour = seriesColour(index);
    const [first = null] = values;
    // A line needs two ends.
    if (values.length === 1 && first !== null) pdf.circle(xOf(0), scale(first), DOT_RADIUS).fill(colour);
    if (index === 0)
      pdf
        .path(surface(values) ?? '')
        .fillOpacity(FILL_OPACITY)
        .fill(colour)
        .fillOpacity(1);
    pdf
      .path(path(values) ?? '')
      .lineWidth(index === 0 ? 1.6 : 1)
      .strokeColor(colour);
    if (index > 0) pdf.dash(3, { space: 2 });
    pdf.stroke().undash();
  }
  drawNames({ ...canvas, box: { ...plot, y: plot.y + plot.height + 4 } }, data.labels, xOf);
}
