import {
  type Cell,
  type Column,
  columnText,
  type ImportRow,
  type RejectedRow,
  storedForm,
  textOfJson,
  VALUE_FORMS,
} from '#libs/datasets';
import { type Incoming, type IncomingRecord, SHOWN_CHARACTERS } from './record.js';

/** How the columns of an import are found in records with fields of some names. */
interface Fit {
  readonly names: readonly string[];
  /** The place of each column among the fields; -1 when it is none of them. */
  readonly places: readonly number[];
  /** A field that is no column. */
  readonly strange: string | undefined;
}

/** Makes rows of records, or says what is wrong with them. */
export class RowMaker {
  /** Records mostly have the fields of the one before. */
  #fit: Fit = { names: [], places: [], strange: undefined };

  /**
   * @param names of the fields of the columns
   * @param required names of columns that must have a value
   */
  constructor(
    private readonly names: readonly string[],
    private readonly columns: readonly Column[],
    private readonly required: readonly string[],
  ) {}

  make(record: Incoming): ImportRow | RejectedRow {
    if (!('names' in record)) return { column: null, ...record };
    if (!areSame(record.names, this.#fit.names)) this.#fit = this.#fitOf(record.names);
    const { strange } = this.#fit;
    return strange === undefined ? this.#row(record) : rejected(record, strange, 'is no column of the first record');
  }

  #row(record: IncomingRecord): ImportRow | RejectedRow {
    const { line, values, isJson } = record;
    const cells: Cell[] = [];
    for (const [index, { name, type }] of this.columns.entries()) {
      const value = values[this.#fit.places[index] ?? -1];
      const text = isJson ? columnText(type, value) : textOfJson(value);
      if (text === null && this.required.includes(name)) return rejected(record, name, 'is missing');
      const stored = text === null ? null : storedForm(type, text);
      if (stored === undefined) return rejected(record, name, `must be ${VALUE_FORMS[type]}`);
      cells.push(stored);
    }
    return { line, cells };
  }

  #fitOf(names: readonly string[]): Fit {
    return {
      names,
      places: this.names.map((name) => names.indexOf(name)),
      strange: names.find((name) => !this.names.includes(name)),
    };
  }
}

function areSame(some: readonly string[], others: readonly string[]): boolean {
  return some === others || (some.length === others.length && some.every((name, index) => name === others[index]));
}

function rejected({ line, names, values }: IncomingRecord, column: string, reason: string): RejectedRow {
  const content = textOfJson(Object.fromEntries(names.map((name, index) => [name, values[index]]))) ?? '';
  return { line, column, reason, content: content.slice(0, SHOWN_CHARACTERS) };
}
