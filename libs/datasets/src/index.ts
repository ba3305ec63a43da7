export { openImport, requiredColumns } from './bulk-import.js';
export {
  type BulkImport,
  type ImportBatch,
  type ImportCounts,
  type ImportPlan,
  type ImportRow,
  type RejectedRow,
} from './import-plan.js';
export {
  Catalog,
  type Column,
  type Dataset,
  type Parameter,
  type Report,
  type ReportSection,
  type UserDatabase,
  type ValueType,
} from './catalog.js';
export { DatabaseTrouble, DatasetRefusal } from './errors.js';
export { columnText, exactJson, textOfJson } from './exact-json.js';
export { loadCatalog, type CatalogPlace } from './load-catalog.js';
export { openRows } from './open-rows.js';
export { bindParams, type BoundSql, type GivenParams } from './parameter-values.js';
export { readAll } from './read-all.js';
export { runStatement } from './run-statement.js';
export { storedForm, VALUE_FORMS } from './value-check.js';
export { type Cell, type ReadOptions, type Row, type RowSource } from './row-source.js';
