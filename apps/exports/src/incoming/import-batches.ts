import { setImmediate } from 'node:timers/promises';
import { PermanentError } from '#libs/consumer';
import {
  type Column,
  type Dataset,
  type ImportBatch,
  type ImportPlan,
  type ImportRow,
  type RejectedRow,
  requiredColumns,
} from '#libs/datasets';
import { type Incoming, type IncomingPortions } from './record.js';
import { RowMaker } from './row-maker.js';

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

/** How a source is read. */
interface SourceOptions {
  readonly mode: ImportPlan['mode'];
  /** With more broken records than this before the first good one, the source is given up. */
  readonly maxRejected: number;
}

/**
 * Reads a source's first record, and finds its columns in a dataset by their names or titles.
 * @throws PermanentError `empty_source`, `bad_source`, `unknown_column`
 */
export async function openSource(
  portions: IncomingPortions,
  dataset: Dataset,
  { mode, maxRejected }: SourceOptions,
): Promise<ImportSource> {
  const pending = portions[Symbol.asyncIterator]();
  const before: (readonly Incoming[])[] = [];
  let broken = 0;
  for (let next = await pending.next(); next.done !== true; next = await pending.next()) {
    before.push(next.value);
    const first = next.value.find((record) => 'names' in record);
    broken += next.value.length;
    if (first === undefined && broken > maxRejected) break;
    if (first === undefined) continue;
    const columns = first.names.map((name) => columnOf(name, dataset));
    const rows = new RowMaker(first.names, columns, requiredColumns(dataset, mode));
    const rest = { [Symbol.asyncIterator]: () => pending };
    return { columns, batches: (skipped) => batched(before, rest, { rows, skipped }) };
  }
  throw nothingIn(before);
}

function nothingIn(portions: readonly (readonly Incoming[])[]): PermanentError {
  const [broken] = portions.flat();
  if (broken === undefined || !('reason' in broken))
    return new PermanentError('empty_source', 'The source has no records.');
  const message = `The source has no record that can be taken: the one that ends in line ${broken.line} ${broken.reason}.`;
  return new PermanentError('bad_source', message);
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
  before: readonly (readonly Incoming[])[],
  rest: IncomingPortions,
  { rows, skipped }: { readonly rows: RowMaker; readonly skipped: number },
): AsyncGenerator<ImportBatch> {
  let left = skipped;
  let batch = new GrowingBatch();
  const all = async function* (): AsyncGenerator<readonly Incoming[]> {
    yield* before;
    yield* rest;
  };
  for await (const portion of all()) {
    for (const record of portion) {
      left -= 1;
      if (left >= 0) continue;
      batch.add(rows.make(record));
      if (!batch.isFull) continue;
      yield batch;
      batch = new GrowingBatch();
    }
    // A source that is always there before it is asked for must not keep the app from its heartbeats.
    await setImmediate();
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
