import { type ValueType } from '../catalog.js';

/** Without these a quoted text means the same in every SQL mode. */
const AMBIGUOUS = /['\\]/;
const NUMERAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const DATE = /^\d{4}-\d{2}-\d{2}$/;
/** MySQL takes no more than microseconds. */
const MOMENT = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?)\d*Z$/;

const LITERALS: Readonly<Record<ValueType, (stored: string) => string>> = {
  integer: numeral,
  decimal: numeral,
  float: numeral,
  boolean: (stored) => (stored === 'true' ? 'TRUE' : 'FALSE'),
  date: (stored) => (DATE.test(stored) ? `DATE'${stored}'` : textLiteral(stored)),
  timestamp: momentLiteral,
  text: textLiteral,
  json: textLiteral,
};

/**
 * A value in its stored form as it stands in SQL of MySQL. What is no such value becomes a text, so nothing that comes from
 * outside is ever read as SQL.
 */
export function mysqlLiteral(type: ValueType, stored: string | null): string {
  return stored === null ? 'NULL' : LITERALS[type](stored);
}

function numeral(stored: string): string {
  return NUMERAL.test(stored) ? stored : textLiteral(stored);
}

function textLiteral(text: string): string {
  return AMBIGUOUS.test(text) ? `_utf8mb4 X'${Buffer.from(text).toString('hex')}'` : `'${text}'`;
}

/** MySQL takes moments without an offset; its sessions here are in UTC. */
function momentLiteral(stored: string): string {
  const [, date, clock] = MOMENT.exec(stored) ?? [];
  return date === undefined ? textLiteral(stored) : `TIMESTAMP'${date} ${clock}'`;
}
