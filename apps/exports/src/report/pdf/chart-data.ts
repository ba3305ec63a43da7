import { shownText } from '../../formats/cell-text.js';
import { type Forms, isNumeric } from '../../formats/layout.js';
import { type ReportTable } from '../report-work.js';

/** What a chart shows: names, and for each series a value for each name; null where there is none. */
export interface ChartData {
  readonly labels: readonly string[];
  readonly series: readonly { readonly title: string; readonly values: readonly (number | null)[] }[];
}

/** A table as a chart: its first column names what the numbers of the others are about. */
export function chartData({ columns, rows }: ReportTable, forms: Forms): ChartData {
  const [first] = columns;
  const label = first === undefined ? (text: string) => text : shownText(first.type, forms);
  const values = columns.map((column, at) => ({ ...column, at })).filter(({ at, type }) => at > 0 && isNumeric(type));
  return {
    labels: rows.map(([name]) => (name == null ? '–' : label(name))),
    series: values.map(({ title, at }) => ({ title, values: rows.map((row) => finite(row[at] ?? null)) })),
  };
}

/** True when there is nothing that a chart could show. */
export function isFlat({ series }: ChartData): boolean {
  return series.every(({ values }) => values.every((value) => (value ?? 0) === 0));
}

function finite(text: string | null): number | null {
  const value = text === null ? Number.NaN : Number(text);
  return Number.isFinite(value) ? value : null;
}
