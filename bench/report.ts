import { type Question, type Row } from './question.js';
import { type Figure } from './statistics.js';

/** A question and what was measured. */
export interface Answer {
  readonly question: Question;
  readonly rows: readonly Row[];
}

/** How many times the median of a baseline a row's is, by the baseline's name. */
export function ratiosOf(row: Row, rows: readonly Row[]): Readonly<Record<string, number>> {
  const baselines = rows.filter(({ name }) => row.against?.includes(name));
  return Object.fromEntries(baselines.map(({ name, figure }) => [name, row.figure.median / figure.median]));
}

/** A question's answer as a table for people, with a column for each baseline, and under it what else was measured. */
export function renderTable({ question: { title, unit, better }, rows }: Answer): string {
  const baselines = rows.map(({ name }) => name).filter((name) => rows.some(({ against }) => against?.includes(name)));
  const lines = rows.map((row) => {
    const ratios = ratiosOf(row, rows);
    return [
      row.name,
      figureText(row.figure),
      ...baselines.map((name) => ratios[name]?.toFixed(2) ?? ''),
      row.notes ?? '',
    ];
  });
  const table = [['', `${unit} (least–most)`, ...baselines.map((name) => `× ${name}`), ''], ...lines];
  const further = rows
    .filter(({ also = {} }) => Object.keys(also).length > 0)
    .map((row) => `${row.name}: ${alsoText(row)}`);
  return [`${title} (${better} is better)`, ...[...aligned(table), ...further].map((line) => `  ${line}`)].join('\n');
}

/** The answers for programs. */
export function asJson(answers: readonly Answer[]): readonly object[] {
  return answers.map(({ question: { title, unit, better }, rows }) => ({
    ...{ title, unit, better },
    rows: rows.map((row) => ({ ...row, ratios: ratiosOf(row, rows) })),
  }));
}

function aligned(table: readonly (readonly string[])[]): readonly string[] {
  const widths = (table[0] ?? []).map((_, column) => Math.max(...table.map((line) => (line[column] ?? '').length)));
  return table.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

function alsoText({ also = {} }: Row): string {
  return Object.entries(also)
    .map(([what, { median }]) => `${what} ${rounded(median)}`)
    .join(', ');
}

function figureText({ median, least, most }: Figure): string {
  return `${rounded(median)} (${rounded(least)}–${rounded(most)})`;
}

function rounded(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(3);
}
