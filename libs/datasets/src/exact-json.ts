import { type ValueType } from './catalog.js';
import { isSafeNumber, LosslessNumber, parse, stringify } from 'lossless-json';

/** What a number that JavaScript would round has: 16 digits, or a long exponent. Most texts have none, and are read at full speed. */
const MAY_BE_ROUNDED = /\d[\d.]{15}|\de[+-]?\d{3}/i;

/**
 * JSON as `JSON.parse` gives it, but that numbers which JavaScript cannot hold keep their digits: `textOfJson` gives these back.
 * @throws SyntaxError
 */
export function exactJson(text: string): unknown {
  if (!MAY_BE_ROUNDED.test(text)) return JSON.parse(text) as unknown;
  return parse(text, undefined, {
    parseNumber: (digits) => (isSafeNumber(digits) ? Number(digits) : new LosslessNumber(digits)),
    onDuplicateKey: ({ newValue }) => newValue,
  });
}

/** The text of a value that `exactJson` has given, for a column of a type: in a column of JSON a text is one of JSON, too. */
export function columnText(type: ValueType, value: unknown): string | null {
  return type === 'json' && typeof value === 'string' ? JSON.stringify(value) : textOfJson(value);
}

/** The text of a value that `exactJson` has given, as a column takes it: all but texts as JSON. Null when there is none. */
export function textOfJson(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  return typeof value === 'string' ? value : (stringify(value) ?? null);
}
