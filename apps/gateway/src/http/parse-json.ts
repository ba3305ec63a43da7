import { LIMITS } from '#libs/contracts';
import { checkJson } from './json-check.js';
import { jsonExtent } from './json-scan.js';
import { Problem } from './problem.js';

/** How large a body of JSON may be, counted before it is parsed. */
export interface JsonBounds {
  readonly depth: number;
  readonly nodes: number;
}

const BOUNDS: JsonBounds = { depth: LIMITS.jsonDepth, nodes: LIMITS.jsonNodes };
const UTF8 = new TextDecoder('utf-8', { fatal: true });

/**
 * The value of a JSON body. Depth and size are counted before anything is parsed, so that the cost has a bound.
 * @throws Problem 400 when it is no UTF-8, no JSON, too deep or too large in values; and see `checkJson`
 */
export function parseJson(body: Uint8Array, most: JsonBounds = BOUNDS): unknown {
  const { depth, nodes } = jsonExtent(body);
  if (depth > most.depth) throw new Problem(400, `Expected JSON of at most ${most.depth} levels, got ${depth}.`);
  if (nodes > most.nodes) throw new Problem(400, `Expected JSON of at most ${most.nodes} values, got more.`);
  const value = parsed(decoded(body));
  checkJson(value);
  return value;
}

function decoded(body: Uint8Array): string {
  try {
    return UTF8.decode(body);
  } catch {
    throw new Problem(400, 'Expected JSON in UTF-8; some of its bytes are none.');
  }
}

function parsed(text: string): unknown {
  if (text.trim() === '') throw new Problem(400, 'Expected JSON, but it is empty.');
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Problem(400, `Expected JSON, but ${error instanceof Error ? faultIn(text, error.message) : 'got none'}.`);
  }
}

/** V8 gives a token, a position (also the text's end), or neither at the end. Of the text no more than a character is told. */
function faultIn(text: string, message: string): string {
  const token = /^Unexpected token '(.)/su.exec(message)?.[1];
  if (token !== undefined) return `it goes wrong where ${quoted(token)} stands`;
  const position = Number(/at position (\d+)/.exec(message)?.[1] ?? text.length);
  const found = text.codePointAt(position);
  if (found === undefined) return `it ends too early, after character ${text.length}`;
  return `it goes wrong at character ${position + 1}, where ${quoted(String.fromCodePoint(found))} stands`;
}

function quoted(character: string): string {
  return JSON.stringify(character.toWellFormed());
}
