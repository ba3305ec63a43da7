import { type Row, type ValueType } from '#libs/datasets';
import { plainText } from './cell-text.js';
import { type Layout } from './layout.js';
import { pieces } from './pieces.js';

const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const LINE_BREAKS = /[\r\n]+/g;

/**
 * One JSON object a line. Numbers have the digits of the database; whole numbers that JavaScript would round are texts,
 * and so is what is no number of JSON, such as NaN.
 */
export async function* ndjson(batches: AsyncIterable<readonly Row[]>, layout: Layout): AsyncGenerator<Uint8Array> {
  // Programs read it: a locale has no say.
  const forms = { ...layout, locale: null };
  const writers = layout.columns.map(({ at, name, type }, index) => {
    const begin = `${index === 0 ? '' : ','}${JSON.stringify(name)}:`;
    return { at, begin, write: jsonWriter(type, plainText(type, forms)) };
  });
  const line = (row: Row): string => {
    let text = '{';
    for (const { at, begin, write } of writers) {
      const value = row[at];
      text += begin + (value == null ? 'null' : write(value));
    }
    return `${text}}\n`;
  };
  for await (const rows of batches) yield* pieces(rows, line);
}

function jsonWriter(type: ValueType, plain: (value: string) => string): (value: string) => string {
  switch (type) {
    case 'integer':
      return (value) =>
        JSON_NUMBER.test(value) && Number.isSafeInteger(Number(value)) ? value : JSON.stringify(value);
    case 'decimal':
    case 'float':
      return (value) => (JSON_NUMBER.test(value) ? value : JSON.stringify(value));
    case 'boolean':
      return (value) => (value === 'true' || value === 'false' ? value : JSON.stringify(value));
    case 'json':
      return oneLine;
    case 'text':
    case 'date':
    case 'timestamp':
      return (value) => JSON.stringify(plain(value));
  }
}

/** A database may give JSON over several lines. Within its texts there is no line break as such, so each stands between its signs. */
function oneLine(value: string): string {
  return value.replaceAll(LINE_BREAKS, ' ');
}
