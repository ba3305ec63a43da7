import { type ValueType } from '#libs/datasets';
import { type Forms, isNumeric } from './layout.js';
import { ZoneClock } from './zone-clock.js';

/** What a file shows of a value of one column. */
export type CellText = (value: string) => string;

const NUMBER = /^-?\d+(?:\.(\d+))?$/;
const MOST_FRACTION_DIGITS = 100;
const MILLISECONDS = /\.\d{3}/;
/** What databases know of a moment and JavaScript does not. */
const FINER = /\.\d{3}(\d+)/;
/** Stands before AM and PM in some versions of the rules of countries; programs do not read it. */
const NARROW_SPACE = '\u202F';
/** With its century. */
const DAY = { year: 'numeric', month: '2-digit', day: '2-digit' } as const;

/**
 * How values of a type are written for programs: as they are, moments with the offset of their zone. With a locale,
 * for spreadsheets of that country: its decimal sign without grouping, and its dates.
 */
export function plainText(type: ValueType, { locale, timezone }: Forms): CellText {
  if (locale === null) return type === 'timestamp' ? inZone(timezone) : asItIs;
  const spreadsheet = spreadsheetLocale(locale);
  if (type === 'timestamp') return momentIn(spreadsheet, timezone, ' ');
  if (type === 'date') return dateIn(spreadsheet);
  if (!isNumeric(type)) return asItIs;
  const sign = decimalSign(spreadsheet);
  return (value) => value.replace('.', sign);
}

/** How values of a type are written for people: numbers grouped, and times as their country writes them. */
export function shownText(type: ValueType, { locale, timezone }: Forms): CellText {
  const country = locale ?? 'en-GB';
  if (type === 'timestamp') return momentIn(country, timezone, ', ');
  if (type === 'date') return dateIn(country);
  return isNumeric(type) ? grouped(country) : asItIs;
}

function asItIs(value: string): string {
  return value;
}

/** Spreadsheets read the Gregorian calendar and the digits 0 to 9, whatever a country writes by hand. */
function spreadsheetLocale(locale: string): string {
  return new Intl.Locale(locale, { calendar: 'gregory', numberingSystem: 'latn' }).toString();
}

function inZone(timezone: string): CellText {
  if (timezone === 'UTC') return asItIs;
  const clock = new ZoneClock(timezone);
  return ifMoment((moment, value) => {
    const [, finer = ''] = FINER.exec(value) ?? [];
    return clock.iso(moment).replace(MILLISECONDS, `$&${finer}`);
  });
}

function momentIn(locale: string, timeZone: string, separator: string): CellText {
  const day = new Intl.DateTimeFormat(locale, { ...DAY, timeZone });
  const time = new Intl.DateTimeFormat(locale, { timeStyle: 'medium', timeZone });
  return ifMoment((moment) => `${day.format(moment)}${separator}${time.format(moment).replace(NARROW_SPACE, ' ')}`);
}

function dateIn(locale: string): CellText {
  const day = new Intl.DateTimeFormat(locale, { ...DAY, timeZone: 'UTC' });
  return ifMoment((moment) => day.format(moment));
}

/** A value that is no moment of our calendar, such as PostgreSQL's infinity, stays as it is. */
function ifMoment(write: (moment: number, value: string) => string): CellText {
  return (value) => {
    const moment = Date.parse(value);
    return Number.isNaN(moment) ? value : write(moment, value);
  };
}

function grouped(locale: string): CellText {
  const formats = new Map<number, Intl.NumberFormat>();
  return (value) => {
    const [matched, fraction = ''] = NUMBER.exec(value) ?? [];
    if (matched === undefined || fraction.length > MOST_FRACTION_DIGITS) return value;
    const digits = fraction.length;
    const format =
      formats.get(digits) ??
      new Intl.NumberFormat(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits });
    formats.set(digits, format);
    // As text, so that no digit is lost.
    return format.format(value as Intl.StringNumericLiteral);
  };
}

function decimalSign(locale: string): string {
  const parts = new Intl.NumberFormat(locale).formatToParts(1.5);
  return parts.find(({ type }) => type === 'decimal')?.value ?? '.';
}
