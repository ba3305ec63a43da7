import { Readable } from 'node:stream';
import { CsvError, type Info, type Options, parse } from 'csv-parse';
import { parse as parseWhole } from 'csv-parse/sync';
import { PermanentError } from '#libs/consumer';
import { type Incoming, LONGEST_RECORD, SHOWN_CHARACTERS } from './record.js';

const DELIMITERS = [',', ';', '\t', '|'];
/** How Excel names the delimiter in a line before the titles. */
const NAMED_DELIMITER = /^[\r\n]*sep=([,;\t|])[\r\n]/i;
const QUOTED = /"(?:[^"]|"")*"?/g;
const AROUND = /^[\r\n]+|[\r\n]+$/g;
/** Longer records than may be are read to their ends, to reject them alone; a quotation that does not end must not fill the memory. */
const MOST_READ = 8 * LONGEST_RECORD;

interface Parsed {
  readonly record: string[];
  readonly raw: string;
  readonly info: Info;
}

/**
 * The records of a CSV with titles in its first line; the delimiter is the one that its titles have most. Quotation marks within a text
 * belong to it.
 * @param beginning the first piece of the text
 * @throws PermanentError `bad_source` at a quotation that does not end
 */
export async function* csvRecords(text: AsyncIterable<string>, beginning: string): AsyncGenerator<Incoming> {
  const named = NAMED_DELIMITER.exec(beginning)?.[1];
  const options = { delimiter: named ?? delimiterOf(beginning), recordDelimiter: lineEndsOf(beginning) };
  let left = named === undefined ? 0 : 1;
  let titles: readonly string[] | undefined;
  for await (const parsed of parsedRecords(text, options)) {
    left -= 1;
    if (left >= 0) continue;
    const broken = brokenRecord(parsed, options);
    if (titles === undefined) titles = checkedTitles(parsed, broken?.reason);
    else yield broken ?? recordOf(titles, parsed);
  }
}

async function* parsedRecords(text: AsyncIterable<string>, options: Options): AsyncGenerator<Parsed> {
  const parser = parse({
    ...options,
    ...{ info: true, raw: true },
    ...{ relaxColumnCount: true, relaxQuotes: true, skipEmptyLines: true, maxRecordSize: MOST_READ },
  });
  const source = Readable.from(text);
  source.once('error', (error) => parser.destroy(error));
  try {
    yield* source.pipe(parser) as AsyncIterable<Parsed>;
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new PermanentError('bad_source', `The source is no CSV: ${error.message}.`, { cause: error });
  }
}

function delimiterOf(beginning: string): string {
  const [line = ''] = beginning
    .replaceAll(QUOTED, '')
    .replace(AROUND, '')
    .split(/\r?\n|\r/, 1);
  const counted = DELIMITERS.map((delimiter) => ({ delimiter, count: line.split(delimiter).length }));
  return counted.reduce((best, each) => (each.count > best.count ? each : best)).delimiter;
}

/** Programs that add to a file may end lines in another way than it did. A carriage return alone ends one only where the first one is that. */
function lineEndsOf(beginning: string): string[] {
  const [first] = /\r?\n|\r/.exec(beginning.replaceAll(QUOTED, '')) ?? [];
  return first === '\r' ? ['\r\n', '\n', '\r'] : ['\r\n', '\n'];
}

/** What is wrong with a record by itself. */
function brokenRecord(parsed: Parsed, options: Options): Extract<Incoming, { reason: string }> | undefined {
  const { raw, info } = parsed;
  const reason = reasonAgainst(parsed, options);
  return reason === undefined ? undefined : { line: info.lines, reason, content: raw.slice(0, SHOWN_CHARACTERS) };
}

function reasonAgainst({ record, raw }: Parsed, options: Options): string | undefined {
  if (raw.length > LONGEST_RECORD) return `is longer than ${LONGEST_RECORD} characters`;
  // A quotation that goes on behind its end is given as it was written; so is one in which marks are doubled.
  if (!record.some((field) => field.startsWith('"'))) return undefined;
  try {
    parseWhole(raw.replaceAll(AROUND, ''), { ...options, relaxColumnCount: true });
    return undefined;
  } catch {
    return 'has a quotation that goes on behind its end';
  }
}

function checkedTitles({ record }: Parsed, reason: string | undefined): readonly string[] {
  if (reason !== undefined) throw new PermanentError('bad_source', `The first line of the source ${reason}.`);
  const trimmed = record.map((title) => title.trim());
  const twice = trimmed.find((title, index) => trimmed.indexOf(title) !== index);
  if (twice === undefined) return trimmed;
  throw new PermanentError('bad_source', `The source has two columns with the title ${JSON.stringify(twice)}.`);
}

function recordOf(titles: readonly string[], { record, info: { lines: line } }: Parsed): Incoming {
  if (record.length !== titles.length) {
    const reason = `has ${record.length} fields, where the first line has ${titles.length}`;
    return { line, reason, content: JSON.stringify(record).slice(0, SHOWN_CHARACTERS) };
  }
  return { line, fields: new Map(titles.map((title, index) => [title, record[index] || null])), isJson: false };
}
