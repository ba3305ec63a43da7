import { exactJson } from '#libs/datasets';
import { type Incoming, LONGEST_RECORD, SHOWN_CHARACTERS } from './record.js';

const LINE_END = /\r?\n/;

/** The records of an NDJSON: an object on each line. Lines without anything on them are no records. */
export async function* jsonRecords(text: AsyncIterable<string>): AsyncGenerator<Incoming> {
  let number = 0;
  for await (const line of lines(text)) {
    number += 1;
    if (line.trim() !== '') yield recordOf(line, number);
  }
}

/** Objects as records, numbered from 1. */
export async function* objectRecords(rows: readonly object[]): AsyncGenerator<Incoming> {
  for (const [index, row] of rows.entries())
    yield { line: index + 1, fields: new Map(Object.entries(row)), isJson: true };
}

async function* lines(text: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = '';
  for await (const piece of text) {
    const parts = (rest + piece).split(LINE_END);
    rest = parts.pop() ?? '';
    // A line that does not end is kept as far as it can be told to be too long.
    if (rest.length > LONGEST_RECORD) rest = rest.slice(0, LONGEST_RECORD + 1);
    yield* parts;
  }
  yield rest;
}

function recordOf(text: string, line: number): Incoming {
  const content = text.slice(0, SHOWN_CHARACTERS);
  if (text.length > LONGEST_RECORD) return { line, reason: `is longer than ${LONGEST_RECORD} characters`, content };
  try {
    const value = exactJson(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    if (isObject) return { line, fields: new Map(Object.entries(value)), isJson: true };
    return { line, reason: 'is no object', content };
  } catch {
    return { line, reason: 'is no JSON', content };
  }
}
