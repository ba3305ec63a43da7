import {
  type Cell,
  type Column,
  columnText,
  type Dataset,
  DatasetRefusal,
  type ImportBatch,
  type ImportRow,
  type RejectedRow,
  requiredColumns,
  storedForm,
  textOfJson,
  VALUE_FORMS,
} from '#libs/datasets';
import { type Resource, type ValuePath } from '../../connections/resource.js';
import { valueAt } from './value-at.js';

const SHOWN_CHARACTERS = 1_000;

/** The rows of a page, as a dataset takes them. */
export interface SyncBatch extends Pick<ImportBatch, 'rows' | 'rejected'> {
  /** How many of the rows the host has named as deleted. */
  readonly deleted: number;
}

/** Makes rows of a dataset of the rows of an API. */
export class SyncRows {
  readonly columns: readonly Column[];
  readonly #paths: readonly ValuePath[];
  readonly #required: readonly string[];
  readonly #key: readonly string[];
  readonly #deleted: ValuePath | null;

  /** @throws DatasetRefusal `unknown_column` when the resource fills a column that the dataset does not have */
  constructor(resource: Resource, dataset: Dataset) {
    const filled = [...resource.columns];
    this.columns = filled.map(([name]) => columnOf(dataset, name));
    this.#paths = filled.map(([, path]) => path);
    this.#key = dataset.import?.key ?? [];
    this.#required = requiredColumns(dataset, 'upsert');
    this.#deleted = resource.deleted;
  }

  /** @param before how many rows came before these */
  batchOf(rows: readonly unknown[], before: number): SyncBatch {
    const batch = { rows: [] as ImportRow[], rejected: [] as RejectedRow[], deleted: 0 };
    for (const [index, row] of rows.entries()) {
      const made = this.#make(row, before + index + 1);
      if (!('cells' in made)) batch.rejected.push(made);
      else {
        batch.rows.push(made);
        if (made.deleted === true) batch.deleted += 1;
      }
    }
    return batch;
  }

  #isDeleted(row: unknown): boolean {
    const mark = this.#deleted === null ? null : textOfJson(valueAt(row, this.#deleted));
    return mark !== null && mark !== '' && mark !== 'false';
  }

  #make(row: unknown, line: number): ImportRow | RejectedRow {
    const deleted = this.#isDeleted(row);
    const cells: Cell[] = [];
    for (const [index, column] of this.columns.entries()) {
      // Of a row that is deleted nothing counts but its key.
      const counts = !deleted || this.#key.includes(column.name);
      const cell = counts ? this.#cellOf(column, valueAt(row, this.#paths[index] ?? [])) : null;
      if (cell instanceof Unfit) {
        const content = textOfJson(row) ?? '';
        return { line, column: column.name, reason: cell.reason, content: content.slice(0, SHOWN_CHARACTERS) };
      }
      cells.push(cell);
    }
    return { line, deleted, cells };
  }

  #cellOf({ name, type }: Column, value: unknown): Cell | Unfit {
    const text = columnText(type, value);
    if (text === null) return this.#required.includes(name) ? new Unfit('is missing') : null;
    return storedForm(type, text) ?? new Unfit(`must be ${VALUE_FORMS[type]}`);
  }
}

/** Why a value cannot be a cell. */
class Unfit {
  constructor(readonly reason: string) {}
}

function columnOf({ name: dataset, columns }: Dataset, name: string): Column {
  const column = columns.find((one) => one.name === name);
  if (column !== undefined) return column;
  throw new DatasetRefusal('unknown_column', `The dataset ${dataset} has no column ${JSON.stringify(name)}.`);
}
