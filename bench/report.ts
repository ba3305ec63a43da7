import { type Question, type Row } from './question.js';

/** A question's answer as a table for people. */
export function renderTable({ title, unit, better }: Question, rows: readonly Row[]): string {
  const lines = rows.map((row) => [row.name, figureText(row), ratioText(row, rows), row.notes ?? '']);
  const table = [['', `${unit} (least–most)`, 'ratio', ''], ...lines];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...table.map((line) => (line[column] ?? '').length)));
  const text = table.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return [`${title} (${better} is better)`, ...text.map((line) => `  ${line}`)].join('\n');
}

function figureText({ figure: { median, least, most } }: Row): string {
  return `${rounded(median)} (${rounded(least)}–${rounded(most)})`;
}

function ratioText({ figure, against }: Row, rows: readonly Row[]): string {
  const baseline = rows.find(({ name }) => name === against);
  if (baseline === undefined) return '';
  return `${(figure.median / baseline.figure.median).toFixed(2)} × ${baseline.name}`;
}

function rounded(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(3);
}
