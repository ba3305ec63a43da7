import { Readable } from 'node:stream';
import { CsvError, type Info, parse } from 'csv-parse';
import { PermanentError } from '#libs/consumer';
import { type Incoming, LONGEST_RECORD, SHOWN_CHARACTERS } from './record.js';

const DELIMITERS = [',', ';', '\t', '|'];
const QUOTED = /"(?:[^"]|"")*"?/g;

interface Parsed {
  readonly record: string[];
  readonly info: Info;
}

/**
 * The records of a CSV with titles in its first line; the delimiter is the one that its titles have most.
 * @param beginning the first piece of the text
 * @throws PermanentError `bad_source` at quotation marks that do not match: where the next record begins is anybody's guess
 */
export async function* csvRecords(text: AsyncIterable<string>, beginning: string): AsyncGenerator<Incoming> {
  const parser = parse({
    delimiter: delimiterOf(beginning),
    info: true,
    relaxColumnCount: true,
    skipEmptyLines: true,
    maxRecordSize: LONGEST_RECORD,
  });
  const source = Readable.from(text);
  source.once('error', (error) => parser.destroy(error));
  let titles: readonly string[] | undefined;
  try {
    for await (const { record, info } of source.pipe(parser) as AsyncIterable<Parsed>) {
      if (titles === undefined) titles = checkedTitles(record);
      else yield recordOf(titles, record, info.lines);
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new PermanentError('bad_source', `The source is no CSV: ${error.message}.`, { cause: error });
  }
}

function delimiterOf(beginning: string): string {
  const [line = ''] = beginning.replaceAll(QUOTED, '').split(/\r?\n|\r/, 1);
  const counted = DELIMITERS.map((delimiter) => ({ delimiter, count: line.split(delimiter).length }));
  return counted.reduce((best, each) => (each.count > best.count ? each : best)).delimiter;
}

function checkedTitles(titles: readonly string[]): readonly string[] {
  const trimmed = titles.map((title) => title.trim());
  const twice = trimmed.find((title, index) => trimmed.indexOf(title) !== index);
  if (twice === undefined) return trimmed;
  throw new PermanentError('bad_source', `The source has two columns with the title ${JSON.stringify(twice)}.`);
}

function recordOf(titles: readonly string[], record: readonly string[], line: number): Incoming {
  if (record.length !== titles.length) {
    const reason = `has ${record.length} fields, where the first line has ${titles.length}`;
    return { line, reason, content: JSON.stringify(record).slice(0, SHOWN_CHARACTERS) };
  }
  return { line, fields: new Map(titles.map((title, index) => [title, record[index] || null])), isJson: false };
}
