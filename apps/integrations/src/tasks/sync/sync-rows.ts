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

  /**
   * Of what comes twice with one key the last counts.
   * @param before how many rows came before these
   */
  batchOf(
    rows: readonly unknown[],
    before: number,
  ): Pick<ImportBatch, 'rows' | 'rejected'> & { readonly deleted: readonly ImportRow[] } {
    const written: ImportRow[] = [];
    const rejected: RejectedRow[] = [];
    const deleted = new Map<string, ImportRow>();
    for (const [index, row] of rows.entries()) {
      const isDeleted = this.#isDeleted(row);
      const made = this.#make(row, before + index + 1, isDeleted);
      if (!('cells' in made)) rejected.push(made);
      else if (isDeleted) deleted.set(this.#keyOf(made), made);
      else {
        written.push(made);
        deleted.delete(this.#keyOf(made));
      }
    }
    return { rows: written, rejected, deleted: [...deleted.values()] };
  }

  #isDeleted(row: unknown): boolean {
    const mark = this.#deleted === null ? null : textOfJson(valueAt(row, this.#deleted));
    return mark !== null && mark !== '' && mark !== 'false';
  }

  #keyOf({ cells }: ImportRow): string {
    return JSON.stringify(this.columns.flatMap(({ name }, index) => (this.#key.includes(name) ? [cells[index]] : [])));
  }

  #make(row: unknown, line: number, isDeleted: boolean): ImportRow | RejectedRow {
    const cells: Cell[] = [];
    for (const [index, column] of this.columns.entries()) {
      // Of a row that is deleted nothing counts but its key.
      const counts = !isDeleted || this.#key.includes(column.name);
      const cell = counts ? this.#cellOf(column, valueAt(row, this.#paths[index] ?? [])) : null;
      if (cell instanceof Unfit) {
        const content = textOfJson(row) ?? '';
        return { line, column: column.name, reason: cell.reason, content: content.slice(0, SHOWN_CHARACTERS) };
      }
      cells.push(cell);
    }
    return { line, cells };
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
