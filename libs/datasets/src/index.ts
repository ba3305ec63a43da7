export { Catalog, type Column, type Dataset, type Parameter, type UserDatabase, type ValueType } from './catalog.js';
export { DatabaseTrouble, DatasetRefusal } from './errors.js';
export { loadCatalog, type CatalogPlace } from './load-catalog.js';
export { openRows } from './open-rows.js';
export { bindParams, type BoundSql, type GivenParams } from './parameter-values.js';
export { type Cell, type ReadOptions, type Row, type RowSource } from './row-source.js';
