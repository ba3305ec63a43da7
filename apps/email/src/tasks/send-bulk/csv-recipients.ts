import { Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { PermanentError } from '#libs/consumer';
import { isStorableText, REFUSED_NAMES } from '#libs/contracts';
import { type RecipientRow } from './recipient-row.js';

const MAILBOX_COLUMNS: readonly string[] = ['to', 'email'];
/** More is no row, but a quote that does not close. */
const LONGEST_ROW = 64 * 1_024;

/** What the parser tells of a row; its types know less of it. */
interface RowInfo {
  readonly records: number;
  readonly columns: readonly unknown[];
  /** A field too many or too few. */
  readonly error?: unknown;
}

interface Parsed {
  readonly record: Readonly<Record<string, string>>;
  readonly info: RowInfo;
}

/**
 * Reads recipients from a CSV file in UTF-8 with a header, row by row; an empty field is no value. A row that cannot be used is given with
 * its problem.
 * @throws PermanentError `invalid_recipients_file`
 */
export async function* csvRecipients(file: Readable): AsyncGenerator<RecipientRow> {
  let column = '';
  const parser = parse({
    ...{ bom: true, trim: true, info: true, skip_empty_lines: true, max_record_size: LONGEST_ROW },
    // Told with its row, below.
    relax_column_count: true,
    columns: (header: string[]) => {
      column = mailboxColumn(header);
      return header;
    },
  });
  const text = Readable.from(decoded(file), { objectMode: false });
  // An error of the file ends the parser with it.
  text.once('error', (error) => parser.destroy(error)).pipe(parser);
  try {
    for await (const { record, info } of parser as AsyncIterable<Parsed>) yield rowOf(record, info, column);
  } catch (error) {
    throw error instanceof CsvError ? unreadable(error.message, error) : error;
  } finally {
    file.destroy();
  }
}

function rowOf(record: Parsed['record'], { records: row, error, columns }: RowInfo, column: string): RecipientRow {
  const { [column]: to = '', ...fields } = record;
  const data = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== ''));
  const problem = problemOf(Object.values(record), error, columns.length);
  return { row, to, data, ...(problem === undefined ? {} : { problem }) };
}

function problemOf(fields: readonly string[], error: unknown, expected: number): string | undefined {
  if (error !== undefined) return `has another number of fields than the header, which has ${expected}`;
  return fields.every(isStorableText) ? undefined : 'has the character U+0000';
}

async function* decoded(file: Readable): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    for await (const bytes of file as AsyncIterable<Uint8Array>) yield decoder.decode(bytes, { stream: true });
    yield decoder.decode();
  } catch (error) {
    throw isOtherEncoding(error) ? unreadable('Expected text in UTF-8, got other bytes', error) : error;
  }
}

function isOtherEncoding(error: unknown): boolean {
  return (error as { readonly code?: unknown }).code === 'ERR_ENCODING_INVALID_ENCODED_DATA';
}

function mailboxColumn(header: readonly string[]): string {
  const column = header.find((name) => MAILBOX_COLUMNS.includes(name.toLowerCase()));
  if (column === undefined) {
    throw unreadable(
      `Expected a column ${MAILBOX_COLUMNS.join(' or ')} in its first line, with commas between columns`,
    );
  }
  if (new Set(header).size < header.length) throw unreadable('Expected columns of different names in its first line');
  const refused = header.find((name) => REFUSED_NAMES.has(name) || !isStorableText(name));
  if (refused !== undefined) throw unreadable(`Expected another name than ${JSON.stringify(refused)} for a column`);
  return column;
}

function unreadable(message: string, cause?: unknown): PermanentError {
  return new PermanentError('invalid_recipients_file', `The file of recipients cannot be read: ${message}.`, { cause });
}
