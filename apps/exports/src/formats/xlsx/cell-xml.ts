import { type ValueType } from '#libs/datasets';
import { ZoneClock } from '../zone-clock.js';
import { STYLES, xmlText } from './workbook-parts.js';

/** Writes a value as a cell: what follows `<c r="A1"`. */
export type CellXml = (value: string) => string;

/** Excel keeps 15 digits of a number; with more, the text is kept instead of a rounded value. */
const MOST_DIGITS = 15;
const LONGEST_TEXT = 32_767;
const NUMBER = /^-?(\d+)(?:\.(\d+))?$/;
const NOUGHTS_AT_END = /0+$/;
const ELLIPSIS = '…';
const DAY_MS = 86_400_000;
/** Serial numbers of days count from here; the first right one is that of March 1900. */
const EPOCH_MS = Date.UTC(1899, 11, 30);
const FIRST_MS = Date.UTC(1900, 2, 1);
const LAST_MS = Date.UTC(10_000, 0, 1);

/** How values of a type become cells. What a cell of the type cannot hold becomes a text. */
export function cellXml(type: ValueType, timezone: string): CellXml {
  switch (type) {
    case 'integer':
      return (value) => numberCell(value, STYLES.plain);
    case 'decimal':
      return (value) => numberCell(value, STYLES.twoDecimals);
    case 'float':
      return floatCell;
    case 'boolean':
      return (value) =>
        value === 'true' || value === 'false' ? ` t="b"><v>${value === 'true' ? 1 : 0}</v></c>` : textCell(value);
    case 'date':
      return (value) => serialCell(value, () => 0, STYLES.date);
    case 'timestamp': {
      const clock = new ZoneClock(timezone);
      return (value) => serialCell(value, (moment) => clock.offsetMs(moment), STYLES.moment);
    }
    case 'text':
    case 'json':
      return (value) => textCell(value);
  }
}

/** A cell of text: never a formula, whatever it begins with; one that is cut ends with an ellipsis. */
export function textCell(value: string, style: number = STYLES.plain): string {
  return ` t="inlineStr"${styled(style)}><is><t xml:space="preserve">${xmlText(fitting(value))}</t></is></c>`;
}

function fitting(text: string): string {
  return text.length <= LONGEST_TEXT ? text : text.slice(0, LONGEST_TEXT - 1) + ELLIPSIS;
}

function numberCell(value: string, style: number): string {
  const [matched, whole = '', fraction = ''] = NUMBER.exec(value) ?? [];
  if (matched === undefined || whole.length + fraction.replace(NOUGHTS_AT_END, '').length > MOST_DIGITS)
    return textCell(value);
  return `${styled(fraction.length > 2 ? STYLES.plain : style)}><v>${value}</v></c>`;
}

function floatCell(value: string): string {
  const number = value === '' ? Number.NaN : Number(value);
  return Number.isFinite(number) ? `><v>${number}</v></c>` : textCell(value);
}

function serialCell(value: string, offsetMs: (moment: number) => number, style: number): string {
  const moment = Date.parse(value);
  const inRange = moment >= FIRST_MS && moment < LAST_MS;
  return inRange ? `${styled(style)}><v>${(moment + offsetMs(moment) - EPOCH_MS) / DAY_MS}</v></c>` : textCell(value);
}

function styled(style: number): string {
  return style === STYLES.plain ? '' : ` s="${style}"`;
}
