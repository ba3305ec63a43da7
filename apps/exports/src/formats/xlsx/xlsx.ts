import { Readable } from 'node:stream';
import yazl from 'yazl';
import { type Row } from '#libs/datasets';
import { type FileColumn, type Layout } from '../layout.js';
import { failingWith } from '../packed.js';
import { pieces } from '../pieces.js';
import { BatchReader } from './batch-reader.js';
import { type CellXml, cellXml, textCell } from './cell-xml.js';
import { SHEET_END, sheetBeginning, STYLES, workbookParts } from './workbook-parts.js';

/** The most rows of a sheet, its head among them. */
const SHEET_ROWS = 1_048_576;
const LONGEST_SHEET_NAME = 31;
const LETTERS = 26;
/** Between speed and size: a level more costs a third more time for a few per cent. */
const COMPRESSION = 3;

/** Rows that fill a sheet, or several of them. */
export interface SheetRows {
  readonly layout: Layout;
  readonly batches: AsyncIterable<readonly Row[]>;
}

/** A workbook of typed cells, streamed: a sheet for every 1,048,575 rows. */
export function xlsx(
  batches: AsyncIterable<readonly Row[]>,
  layout: Layout,
  rowsPerSheet = SHEET_ROWS - 1,
): AsyncIterable<Uint8Array> {
  return workbook([{ layout, batches }], rowsPerSheet);
}

/** A workbook of several tables, each on a sheet of its own. */
export async function* workbook(
  tables: readonly SheetRows[],
  rowsPerSheet = SHEET_ROWS - 1,
): AsyncGenerator<Uint8Array> {
  const zip = new yazl.ZipFile();
  const output = failingWith(zip);
  const filling = fill(zip, tables, rowsPerSheet).catch((error: unknown) => {
    (zip.outputStream as Readable).destroy(error as Error);
  });
  yield* output;
  await filling;
}

async function fill(zip: yazl.ZipFile, tables: readonly SheetRows[], rowsPerSheet: number): Promise<void> {
  const names: string[] = [];
  for (const { layout, batches } of tables) {
    const rows = new BatchReader(batches);
    do {
      names.push(sheetName(layout.title, names));
      const sheet = Readable.from(sheetXml(rows, layout, rowsPerSheet), { objectMode: false });
      zip.addReadStream(sheet, `xl/worksheets/sheet${names.length}.xml`, { compressionLevel: COMPRESSION });
      await ended(sheet);
    } while (await rows.hasMore());
  }
  for (const [path, xml] of workbookParts(names)) zip.addBuffer(Buffer.from(xml), path);
  zip.end();
}

async function* sheetXml(
  rows: BatchReader,
  { columns, timezone }: Layout,
  rowsPerSheet: number,
): AsyncGenerator<Buffer> {
  const titles = columns.map(({ title }) => title);
  const heads = columns.map((_, at) => ({
    at,
    letters: lettersOf(at),
    write: (text: string) => textCell(text, STYLES.head),
  }));
  const cells = columns.map(({ at, type }, index) => ({
    at,
    letters: lettersOf(index),
    write: cellXml(type, timezone),
  }));
  yield Buffer.from(`${sheetBeginning(columns.map(widthOf))}${rowXml(titles, 1, heads)}`);
  let written = 0;
  while (written < rowsPerSheet) {
    const batch = await rows.read(rowsPerSheet - written);
    if (batch.length === 0) break;
    yield* pieces(batch, (row) => {
      written += 1;
      return rowXml(row, written + 1, cells);
    });
  }
  yield Buffer.from(SHEET_END);
}

interface CellWriter {
  readonly at: number;
  readonly letters: string;
  readonly write: CellXml;
}

// Excel does without the places of rows and cells, some other programs do not.
function rowXml(row: Row, number: number, cells: readonly CellWriter[]): string {
  let xml = `<row r="${number}">`;
  for (const { at, letters, write } of cells) {
    const value = row[at];
    if (value != null) xml += `<c r="${letters}${number}"${write(value)}`;
  }
  return `${xml}</row>`;
}

/** A, B, … Z, AA, AB, … */
function lettersOf(column: number): string {
  const before = column < LETTERS ? '' : lettersOf(Math.floor(column / LETTERS) - 1);
  return before + String.fromCharCode(65 + (column % LETTERS));
}

function widthOf({ type, title }: FileColumn): number {
  const widest = { text: 24, json: 24, timestamp: 20, date: 12, decimal: 14, float: 14, integer: 12, boolean: 10 }[
    type
  ];
  return Math.min(60, Math.max(widest, title.length + 2));
}

/** Names of sheets are short, and each is there once, whatever the case. */
function sheetName(title: string, taken: readonly string[]): string {
  const plain = title.replaceAll(/[[\]:*?/\\']/g, ' ').trim() || 'Sheet';
  for (let number = 1; ; number += 1) {
    const suffix = number === 1 ? '' : ` (${number})`;
    const name = `${plain.slice(0, LONGEST_SHEET_NAME - suffix.length)}${suffix}`;
    if (!taken.some((other) => other.toLowerCase() === name.toLowerCase())) return name;
  }
}

function ended(stream: Readable): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.once('end', resolve).once('error', reject);
  });
}
