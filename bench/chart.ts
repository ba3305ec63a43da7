import { scaleBand, scaleLinear } from 'd3-scale';
import { type Row } from './question.js';
import { type Answer } from './report.js';

const WIDTH = 900;
/** Where bars begin; names stand before. */
const LEFT = 380;
const RIGHT = 110;
const TITLE_HEIGHT = 34;
const BAR_HEIGHT = 20;
const GAP = 24;
const TICKS = 5;
const [COMPARED, BASELINE] = ['#0f766e', '#94a3b8'];
const STYLE =
  'text{font:12px system-ui,sans-serif;fill:#1e293b}.title{font-weight:600}.tick{fill:#64748b;font-size:10px}';

/** The answers as a picture: a bar for each median, grey for baselines, and a line from the least to the most of the runs. */
export function renderChart(answers: readonly Answer[]): string {
  const panels: string[] = [];
  let top = GAP;
  for (const answer of answers) {
    panels.push(`<g transform="translate(0 ${top})">${panel(answer)}</g>`);
    top += heightOf(answer) + GAP;
  }
  const size = `width="${WIDTH}" height="${top}" viewBox="0 0 ${WIDTH} ${top}"`;
  const ground = `<rect width="${WIDTH}" height="${top}" fill="#fff"/>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size}><style>${STYLE}</style>${ground}${panels.join('')}</svg>\n`;
}

function heightOf({ rows }: Answer): number {
  return TITLE_HEIGHT + rows.length * BAR_HEIGHT;
}

function panel({ question, rows }: Answer): string {
  const x = scaleLinear([0, Math.max(...rows.map(({ figure }) => figure.most))], [LEFT, WIDTH - RIGHT]).nice(TICKS);
  const y = scaleBand(
    rows.map(({ name }) => name),
    [TITLE_HEIGHT, heightOf({ question, rows })],
  ).padding(0.25);
  const bottom = heightOf({ question, rows });
  const grid = x.ticks(TICKS).map((tick) => {
    const at = rounded(x(tick));
    const line = `<line x1="${at}" x2="${at}" y1="${TITLE_HEIGHT}" y2="${bottom}" stroke="#e2e8f0"/>`;
    return `${line}<text class="tick" x="${at}" y="${TITLE_HEIGHT - 4}" text-anchor="middle">${tick.toLocaleString('en')}</text>`;
  });
  const title = `${question.title} (${question.unit}, ${question.better} is better)`;
  const bars = rows.map((row) => {
    const isBaseline = rows.some(({ against }) => against?.includes(row.name));
    const place = {
      x: (value: number) => rounded(x(value)),
      y: rounded(y(row.name) ?? 0),
      height: rounded(y.bandwidth()),
    };
    return bar(row, { ...place, fill: isBaseline ? BASELINE : COMPARED });
  });
  return `<text class="title" x="12" y="14">${escaped(title)}</text>${grid.join('')}${bars.join('')}`;
}

interface Place {
  readonly x: (value: number) => number;
  readonly y: number;
  readonly height: number;
  readonly fill: string;
}

function bar({ name, figure: { median, least, most } }: Row, { x, y, height, fill }: Place): string {
  const middle = rounded(y + height / 2);
  const value = median >= 100 ? Math.round(median).toLocaleString('en') : median.toPrecision(3);
  const text = (at: number, anchor: string, words: string): string =>
    `<text x="${at}" y="${middle + 4}" text-anchor="${anchor}">${escaped(words)}</text>`;
  return (
    `<rect x="${LEFT}" y="${y}" width="${rounded(x(median) - LEFT)}" height="${height}" fill="${fill}"/>` +
    `<line x1="${x(least)}" x2="${x(most)}" y1="${middle}" y2="${middle}" stroke="#1e293b"/>` +
    text(LEFT - 8, 'end', name) +
    text(x(most) + 6, 'start', value)
  );
}

function rounded(pixels: number): number {
  return Math.round(pixels * 10) / 10;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
