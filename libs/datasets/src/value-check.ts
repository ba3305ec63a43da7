import { type ValueType } from './catalog.js';

const INTEGER = /^[+-]?\d{1,19}$/;
const DECIMAL = /^[+-]?(?:\d{1,100}(?:\.\d{0,100})?|\.\d{1,100})$/;
const SCIENTIFIC = /^([+-]?)(\d{1,17})(?:\.(\d{1,17}))?[eE]([+-]?\d{1,3})$/;
const FLOAT = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?$/;
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const MOMENT =
  /^(\d{4}-\d{2}-\d{2})(?:[T ]((?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(\.\d{1,9})?)?))?(Z|[+-](?:0\d|1[0-4])(?::?[0-5]\d)?)?$/i;
const OFFSET = /^([+-])(\d{2}):?(\d{2})?$/;
const MINUTE_MS = 60_000;
const SECONDS_END = 'YYYY-MM-DDTHH:MM:SS'.length;
const BOOLEANS = new Map([
  ...['true', 't', 'yes', 'y', '1'].map((text) => [text, 'true'] as const),
  ...['false', 'f', 'no', 'n', '0'].map((text) => [text, 'false'] as const),
]);
const LARGEST_INTEGER = 2n ** 63n;
/** Fewer digits than the largest one has. */
const SHORT_INTEGER = 18;
const DAYS_OF_MONTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** What a good text of a type looks like, for messages. */
export const VALUE_FORMS: Readonly<Record<ValueType, string>> = {
  text: 'text without the character U+0000',
  integer: 'a whole number of at most 64 bits',
  decimal: 'a number such as 12.50',
  float: 'a number such as 0.5 or 1e-3',
  boolean: 'true or false',
  date: 'a date such as 2026-01-31',
  timestamp: 'a time such as 2026-01-31T12:00:00Z',
  json: 'JSON',
};

const CHECKS: Readonly<Record<ValueType, (text: string) => string | undefined>> = {
  text: (text) => (text.includes('\0') ? undefined : text),
  integer: (text) => (INTEGER.test(text) && fitsInteger(text) ? text : undefined),
  decimal,
  float: (text) => (FLOAT.test(text) && Number.isFinite(Number(text)) ? text : undefined),
  boolean: (text) => BOOLEANS.get(text.toLowerCase()),
  date: (text) => (isDate(text) ? text : undefined),
  timestamp: moment,
  json: (text) => (isJson(text) ? text : undefined),
};

/**
 * The form in which databases take a text as a value of a type: a moment in UTC, which it is in without an offset, too; a decimal
 * without an exponent. Undefined when it is no such value.
 */
export function storedForm(type: ValueType, text: string): string | undefined {
  return CHECKS[type](type === 'text' ? text : text.trim());
}

function fitsInteger(text: string): boolean {
  if (text.length <= SHORT_INTEGER) return true;
  const value = BigInt(text.replace(/^\+/, ''));
  return value < LARGEST_INTEGER && value >= -LARGEST_INTEGER;
}

function isDate(text: string): boolean {
  if (!DATE.test(text)) return false;
  const [year, month, day] = [Number(text.slice(0, 4)), Number(text.slice(5, 7)), Number(text.slice(8))];
  return year >= 1 && day >= 1 && day <= daysOf(year, month);
}

/** None where there is no such month. */
function daysOf(year: number, month: number): number {
  const isLeapYear = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 2 && isLeapYear ? 29 : (DAYS_OF_MONTHS[month - 1] ?? 0);
}

/** JavaScript writes small and large numbers with exponents. */
function decimal(text: string): string | undefined {
  if (DECIMAL.test(text)) return text;
  const [, sign, whole, fraction = '', exponent] = SCIENTIFIC.exec(text) ?? [];
  if (whole === undefined) return undefined;
  const point = whole.length + Number(exponent);
  const before = '0'.repeat(Math.max(0, 1 - point));
  const after = '0'.repeat(Math.max(0, point - whole.length - fraction.length));
  const digits = `${before}${whole}${fraction}${after}`;
  const at = before.length + point;
  return decimal(`${sign}${digits.slice(0, at)}.${digits.slice(at)}`);
}

function moment(text: string): string | undefined {
  const [, date = '', clock, fraction = '', offset] = MOMENT.exec(text) ?? [];
  if (!isDate(date) || (clock === undefined && offset !== undefined)) return undefined;
  const wall = `${date}T${clock ?? '00:00:00'}Z`;
  const aheadMs = offsetMs(offset);
  if (aheadMs === 0) return wall;
  const utc = new Date(Date.parse(wall) - aheadMs).toISOString();
  return isDate(utc.slice(0, date.length)) ? `${utc.slice(0, SECONDS_END)}${fraction}Z` : undefined;
}

function offsetMs(offset = ''): number {
  const [, sign = '+', hours = '0', minutes = '0'] = OFFSET.exec(offset) ?? [];
  return Number(`${sign}1`) * (Number(hours) * 60 + Number(minutes)) * MINUTE_MS;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return !text.includes('\\u0000');
  } catch {
    return false;
  }
}
