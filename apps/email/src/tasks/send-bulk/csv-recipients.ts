import { type Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { PermanentError } from '#libs/consumer';
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
 * Reads recipients from a CSV file in UTF-8 with a header, row by row. A row of another length than the header is given
 * with its problem.
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
  // An error of the file ends the parser with it.
  file.once('error', (error) => parser.destroy(error)).pipe(parser);
  try {
    for await (const { record, info } of parser as AsyncIterable<Parsed>) yield rowOf(record, info, column);
  } catch (error) {
    throw error instanceof CsvError ? unreadable(error.message, error) : error;
  } finally {
    file.destroy();
  }
}

function rowOf(record: Parsed['record'], { records: row, error, columns }: RowInfo, column: string): RecipientRow {
  const { [column]: to = '', ...data } = record;
  if (error === undefined) return { row, to, data };
  return { row, to, data, problem: `has another number of fields than the header, which has ${columns.length}` };
}

function mailboxColumn(header: readonly string[]): string {
  const column = header.find((name) => MAILBOX_COLUMNS.includes(name.toLowerCase()));
  if (column === undefined) throw unreadable(`Expected a column ${MAILBOX_COLUMNS.join(' or ')} in its first line`);
  if (new Set(header).size < header.length) throw unreadable('Expected columns of different names in its first line');
  return column;
}

function unreadable(message: string, cause?: unknown): PermanentError {
  return new PermanentError('invalid_recipients_file', `The file of recipients cannot be read: ${message}.`, { cause });
}
