import { type Options } from 'csv-parse';
import { parse as parseWhole } from 'csv-parse/sync';
import { PermanentError } from '#libs/consumer';
import { type Incoming, LONGEST_RECORD, SHOWN_CHARACTERS } from './record.js';
import { type ParsedRecord, RecordParser } from './record-parser.js';

const DELIMITERS = [',', ';', '\t', '|'];
/** How Excel names the delimiter in a line before the titles. */
const NAMED_DELIMITER = /^[\r\n]*sep=([,;\t|])[\r\n]/i;
const QUOTED = /"(?:[^"]|"")*"?/g;
const AROUND = /^[\r\n]+|[\r\n]+$/g;
/** Longer records than may be are read to their ends, to reject them alone; a quotation that does not end must not fill the memory. */
const MOST_READ = 8 * LONGEST_RECORD;

/**
 * The records of a CSV with titles in its first line; the delimiter is the one that its titles have most. Quotation marks within a text
 * belong to it.
 * @param beginning the first piece of the text
 * @throws PermanentError `bad_source` at a quotation that does not end
 */
export async function* csvRecords(text: AsyncIterable<string>, beginning: string): AsyncGenerator<readonly Incoming[]> {
  const named = NAMED_DELIMITER.exec(beginning)?.[1];
  const options = { delimiter: named ?? delimiterOf(beginning), recordDelimiter: lineEndsOf(beginning) };
  const reader = new RecordReader(options, named === undefined ? 0 : 1);
  for await (const piece of text) yield reader.read(await reader.parser.parse(piece));
  yield reader.read(await reader.parser.finish());
}

/** Makes records of what is parsed. */
class RecordReader {
  readonly parser: RecordParser;
  #titles: readonly string[] | undefined;

  constructor(
    private readonly options: Options,
    /** How many lines stand before the titles. */
    private ahead: number,
  ) {
    const lenient = { relaxColumnCount: true, relaxQuotes: true, skipEmptyLines: true, maxRecordSize: MOST_READ };
    this.parser = new RecordParser({ ...options, ...lenient });
  }

  read(portion: readonly ParsedRecord[]): readonly Incoming[] {
    const records: Incoming[] = [];
    for (const parsed of portion) {
      this.ahead -= 1;
      if (this.ahead >= 0) continue;
      const reason = this.#reasonAgainst(parsed);
      if (this.#titles === undefined) this.#titles = checkedTitles(parsed, reason);
      else if (reason === undefined) records.push(recordOf(this.#titles, parsed));
      else records.push({ line: parsed.line, reason, content: this.#written(parsed).slice(0, SHOWN_CHARACTERS) });
    }
    return records;
  }

  /** What is wrong with a record by itself. */
  #reasonAgainst(parsed: ParsedRecord): string | undefined {
    const { fields, from, to } = parsed;
    if (to - from > LONGEST_RECORD && this.#written(parsed).length > LONGEST_RECORD)
      return `is longer than ${LONGEST_RECORD} characters`;
    // A quotation that goes on behind its end is given as it was written; so is one in which marks are doubled.
    if (!fields.some((field) => field.startsWith('"'))) return undefined;
    try {
      parseWhole(this.#written(parsed), { ...this.options, relaxColumnCount: true });
      return undefined;
    } catch {
      return 'has a quotation that goes on behind its end';
    }
  }

  #written(parsed: ParsedRecord): string {
    return this.parser.written(parsed).replaceAll(AROUND, '');
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

function checkedTitles({ fields }: ParsedRecord, reason: string | undefined): readonly string[] {
  if (reason !== undefined) throw new PermanentError('bad_source', `The first line of the source ${reason}.`);
  const trimmed = fields.map((title) => title.trim());
  const twice = trimmed.find((title, index) => trimmed.indexOf(title) !== index);
  if (twice === undefined) return trimmed;
  throw new PermanentError('bad_source', `The source has two columns with the title ${JSON.stringify(twice)}.`);
}

function recordOf(titles: readonly string[], { fields, line }: ParsedRecord): Incoming {
  if (fields.length !== titles.length) {
    const reason = `has ${fields.length} fields, where the first line has ${titles.length}`;
    return { line, reason, content: JSON.stringify(fields).slice(0, SHOWN_CHARACTERS) };
  }
  return { line, names: titles, values: fields.map((field) => field || null), isJson: false };
}
