import { type ValueType } from '../catalog.js';

/** Without these a quoted text means the same in every SQL mode. */
const AMBIGUOUS = /['\\]/;
const NUMERAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const MOMENT = /^(\d{4}-\d{2}-\d{2})T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d+))?)?(?:Z|([+-])(\d{2}):?(\d{2})?)$/;
const MINUTE_MS = 60_000;
const MICROSECOND_DIGITS = 6;

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
  const [matched, date = '', hours, minutes, seconds = '00', fraction = '', sign, offsetHours, offsetMinutes = '0'] =
    MOMENT.exec(stored) ?? [];
  if (matched === undefined) return textLiteral(stored);
  const wall = Date.parse(`${date}T${hours}:${minutes}:${seconds}Z`);
  const offset = (Number(offsetHours ?? 0) * 60 + Number(offsetMinutes)) * MINUTE_MS;
  const utc = new Date(sign === '-' ? wall + offset : wall - offset).toISOString().slice(0, 19).replace('T', ' ');
  const digits = fraction.slice(0, MICROSECOND_DIGITS);
  return `TIMESTAMP'${utc}${digits === '' ? '' : `.${digits}`}'`;
}
