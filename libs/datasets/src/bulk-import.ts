import { type ImportPlan, type BulkImport } from './import-plan.js';
import { type Dataset } from './catalog.js';
import { DatasetRefusal } from './errors.js';
import { type ImportTable } from './import-table.js';

/**
 * Opens a table for rows.
 * @throws DatasetRefusal `no_import`, `no_key`, `missing_column`, `columns_differ`, `no_transactions`
 * @throws DatabaseTrouble
 */
export async function openImport(plan: ImportPlan, signal: AbortSignal): Promise<BulkImport> {
  checkPlan(plan);
  const { ResumableImport } = await import('./resumable-import.js');
  const owned = ownedPlan(plan);
  return ResumableImport.open(owned, await openTable(owned, signal));
}

/** The columns in which every row must have a value; without one in its key a row cannot be found again. */
export function requiredColumns(
  { import: target }: Pick<Dataset, 'import'>,
  mode: ImportPlan['mode'],
): readonly string[] {
  return [...new Set([...(target?.required ?? []), ...(mode === 'upsert' ? (target?.key ?? []) : [])])];
}

/** With the column of the tenant behind the others and in the key: what has the key of another tenant's row is another row. */
function ownedPlan(plan: ImportPlan): ImportPlan {
  const { dataset, columns } = plan;
  const { tenantColumn: name = null, key = [] } = dataset.import ?? {};
  if (dataset.import === null || name === null) return plan;
  const ownKey = key.length === 0 ? [] : [...key, name];
  return {
    ...plan,
    columns: [...columns, { name, type: 'text', title: name }],
    dataset: { ...dataset, import: { ...dataset.import, key: ownKey } },
  };
}

async function openTable(plan: ImportPlan, signal: AbortSignal): Promise<ImportTable> {
  if (plan.dataset.database.dialect === 'mysql') {
    const { MysqlImportTable } = await import('./mysql/mysql-import-table.js');
    return MysqlImportTable.open(plan, signal);
  }
  const { PostgresImportTable } = await import('./postgres/postgres-import-table.js');
  return PostgresImportTable.open(plan, signal);
}

function checkPlan({ dataset, columns, mode }: ImportPlan): void {
  const target = dataset.import;
  if (target === null)
    throw new DatasetRefusal('no_import', `Nothing can be imported into the dataset ${dataset.name}.`);
  if (mode === 'upsert' && target.key.length === 0) {
    throw new DatasetRefusal('no_key', `The dataset ${dataset.name} names no key, so nothing can be upserted by it.`);
  }
  const names = columns.map(({ name }) => name);
  const missing = requiredColumns(dataset, mode).filter((name) => !names.includes(name));
  if (missing.length === 0) return;
  throw new DatasetRefusal('missing_column', `The source has no column ${missing.join(', ')}.`);
}
