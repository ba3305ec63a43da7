import { PermanentError } from '#libs/consumer';
import {
  type Cell,
  type Column,
  columnText,
  type Dataset,
  type ImportBatch,
  type ImportPlan,
  type ImportRow,
  type RejectedRow,
  requiredColumns,
  storedForm,
  textOfJson,
  VALUE_FORMS,
} from '#libs/datasets';
import { type Incoming, type IncomingRecord, SHOWN_CHARACTERS } from './record.js';

const BATCH_RECORDS = 5_000;
/** Of its texts. A batch is in memory several times: as it is read, as it is written, and the next one beside it. */
const BATCH_CHARACTERS = 4 * 1_048_576;

/** What a source has for a dataset. */
export interface ImportSource {
  /** The columns that its records have, by their first. */
  readonly columns: readonly Column[];
  /** Its records in batches, from the one after `skipped`. */
  batches(skipped: number): AsyncIterable<ImportBatch>;
}

/**
 * Reads a source's first record, and finds its columns in a dataset by their names or titles.
 * @throws PermanentError `empty_source`, `unknown_column`
 */
export async function openSource(
  records: AsyncIterable<Incoming>,
  dataset: Dataset,
  mode: ImportPlan['mode'],
): Promise<ImportSource> {
  const pending = records[Symbol.asyncIterator]();
  const before: Incoming[] = [];
  for (let next = await pending.next(); next.done !== true; next = await pending.next()) {
    before.push(next.value);
    if (!('fields' in next.value)) continue;
    const names = [...next.value.fields.keys()];
    const columns = names.map((name) => columnOf(name, dataset));
    const rows = new RowMaker(names, columns, requiredColumns(dataset, mode));
    const rest = { [Symbol.asyncIterator]: () => pending };
    return { columns, batches: (skipped) => batched(before, rest, { rows, skipped }) };
  }
  throw new PermanentError('empty_source', 'The source has no records.');
}

function columnOf(name: string, { columns, name: dataset }: Dataset): Column {
  const found = columns.find((column) => column.name === name) ?? columns.find(({ title }) => title === name);
  if (found !== undefined) return found;
  const names = columns.map((column) => column.name).join(', ');
  throw new PermanentError(
    'unknown_column',
    `The dataset ${dataset} has no column ${JSON.stringify(name)}; it has ${names}.`,
  );
}

async function* batched(
  before: readonly Incoming[],
  rest: AsyncIterable<Incoming>,
  { rows, skipped }: { readonly rows: RowMaker; readonly skipped: number },
): AsyncGenerator<ImportBatch> {
  let left = skipped;
  let batch = new GrowingBatch();
  const all = async function* (): AsyncGenerator<Incoming> {
    yield* before;
    yield* rest;
  };
  for await (const record of all()) {
    left -= 1;
    if (left >= 0) continue;
    batch.add(rows.make(record));
    if (!batch.isFull) continue;
    yield batch;
    batch = new GrowingBatch();
  }
  if (!batch.isEmpty) yield batch;
}

/** A batch while its records come. */
class GrowingBatch implements ImportBatch {
  readonly rows: ImportRow[] = [];
  readonly rejected: RejectedRow[] = [];
  #characters = 0;

  add(made: ImportRow | RejectedRow): void {
    if ('cells' in made) this.rows.push(made);
    else this.rejected.push(made);
    const texts = 'cells' in made ? made.cells : [made.content];
    for (const text of texts) this.#characters += text?.length ?? 0;
  }

  get isEmpty(): boolean {
    return this.rows.length + this.rejected.length === 0;
  }

  get isFull(): boolean {
    return this.rows.length + this.rejected.length >= BATCH_RECORDS || this.#characters >= BATCH_CHARACTERS;
  }
}

/** Makes rows of records, or says what is wrong with them. */
class RowMaker {
  constructor(
    private readonly names: readonly string[],
    private readonly columns: readonly Column[],
    private readonly required: readonly string[],
  ) {}

  make(record: Incoming): ImportRow | RejectedRow {
    if (!('fields' in record)) return { column: null, ...record };
    const { line, fields, isJson } = record;
    const strange = [...fields.keys()].find((name) => !this.names.includes(name));
    if (strange !== undefined) return rejected(record, strange, 'is no column of the first record');
    const cells: Cell[] = [];
    for (const [index, { name, type }] of this.columns.entries()) {
      const value = fields.get(this.names[index] ?? '');
      const text = isJson ? columnText(type, value) : textOfJson(value);
      if (text === null && this.required.includes(name)) return rejected(record, name, 'is missing');
      const stored = text === null ? null : storedForm(type, text);
      if (stored === undefined) return rejected(record, name, `must be ${VALUE_FORMS[type]}`);
      cells.push(stored);
    }
    return { line, cells };
  }
}

function rejected({ line, fields }: IncomingRecord, column: string, reason: string): RejectedRow {
  const content = textOfJson(Object.fromEntries(fields)) ?? '';
  return { line, column, reason, content: content.slice(0, SHOWN_CHARACTERS) };
}
