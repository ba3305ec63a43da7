import { type Cell, type Row } from '#libs/datasets';
import { plainText } from './cell-text.js';
import { type FileColumn, isNumeric, type Layout } from './layout.js';
import { pieces } from './pieces.js';

const END_OF_LINE = '\r\n';
const EMPTY_FIELD = '""';
const BOM = '\uFEFF';
const NUMBER = /^[+-]?\d[\d.,]*(?:[eE][+-]?\d+)?$/;
/** What makes a spreadsheet take a text for a formula, also as East Asian keyboards write it. */
const FORMULA = /^[=+\-@\t\r\0\uFF1D\uFF0B\uFF0D\uFF20]/;

/** RFC 4180, with texts that a spreadsheet would run behind a quotation mark. Numbers stay numbers. */
export async function* csv(batches: AsyncIterable<readonly Row[]>, layout: Layout): AsyncGenerator<Uint8Array> {
  const { delimiter, bom, header } = layout.csv;
  const field = fieldWriter(delimiter);
  const titles = layout.columns.map(({ title }) => field(neutral(title))).join(delimiter);
  const beginning = `${bom ? BOM : ''}${header ? `${titles}${END_OF_LINE}` : ''}`;
  if (beginning !== '') yield Buffer.from(beginning);
  const writers = layout.columns.map((column) => columnWriter(column, layout, field));
  for await (const rows of batches) yield* pieces(rows, (row) => line(row, writers, delimiter));
}

interface ColumnWriter {
  readonly at: number;
  readonly write: (value: string) => string;
}

function line(row: Row, writers: readonly ColumnWriter[], delimiter: string): string {
  let text = '';
  let separator = '';
  for (const { at, write } of writers) {
    const value: Cell | undefined = row[at];
    text += value == null ? separator : separator + write(value);
    separator = delimiter;
  }
  // A line without any text would be no row.
  return (text === '' ? EMPTY_FIELD : text) + END_OF_LINE;
}

function columnWriter({ at, type }: FileColumn, layout: Layout, field: (text: string) => string): ColumnWriter {
  const plain = plainText(type, layout);
  if (!isNumeric(type)) return { at, write: (value) => field(neutral(plain(value))) };
  const write = (value: string): string => {
    const text = plain(value);
    return field(NUMBER.test(text) ? text : neutral(text));
  };
  return { at, write };
}

function fieldWriter(delimiter: string): (text: string) => string {
  // A delimiter is one character that is no letter or digit.
  const special = new RegExp(`["\\r\\n\\${delimiter}]|^\\s|\\s$`);
  return (text) => (special.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
}

function neutral(text: string): string {
  return FORMULA.test(text) ? `'${text}` : text;
}
