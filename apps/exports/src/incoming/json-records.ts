import { exactJson } from '#libs/datasets';
import { type Incoming, LONGEST_RECORD, SHOWN_CHARACTERS } from './record.js';

const LINE_END = /\r?\n/;

/** The records of an NDJSON: an object on each line. Lines without anything on them are no records. */
export async function* jsonRecords(text: AsyncIterable<string>): AsyncGenerator<readonly Incoming[]> {
  let number = 0;
  for await (const portion of lines(text)) {
    const records: Incoming[] = [];
    for (const line of portion) {
      number += 1;
      if (line.trim() !== '') records.push(recordOf(line, number));
    }
    yield records;
  }
}

/** Objects as records, numbered from 1. */
export async function* objectRecords(rows: readonly object[]): AsyncGenerator<readonly Incoming[]> {
  yield rows.map((row, index) => objectRecord(row, index + 1));
}

/** The lines that end in each piece of a text; in the end the last one. */
async function* lines(text: AsyncIterable<string>): AsyncGenerator<readonly string[]> {
  let rest = '';
  for await (const piece of text) {
    const parts = (rest + piece).split(LINE_END);
    rest = parts.pop() ?? '';
    // A line that does not end is kept as far as it can be told to be too long.
    if (rest.length > LONGEST_RECORD) rest = rest.slice(0, LONGEST_RECORD + 1);
    yield parts;
  }
  yield [rest];
}

function recordOf(text: string, line: number): Incoming {
  const content = text.slice(0, SHOWN_CHARACTERS);
  if (text.length > LONGEST_RECORD) return { line, reason: `is longer than ${LONGEST_RECORD} characters`, content };
  try {
    const value = exactJson(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    if (isObject) return objectRecord(value, line);
    return { line, reason: 'is no object', content };
  } catch {
    return { line, reason: 'is no JSON', content };
  }
}

function objectRecord(object: object, line: number): Incoming {
  return { line, names: Object.keys(object), values: Object.values(object), isJson: true };
}
