import { DatasetRefusal } from '#libs/datasets';
import { type FileColumn } from '../formats/layout.js';

/**
 * Columns with their places in a result, by their names.
 * @throws DatasetRefusal `columns_differ`
 */
export function placed(columns: readonly Omit<FileColumn, 'at'>[], fields: readonly string[]): readonly FileColumn[] {
  const missing = columns.filter(({ name }) => !fields.includes(name)).map(({ name }) => name);
  if (missing.length === 0) return columns.map((column) => ({ ...column, at: fields.indexOf(column.name) }));
  const advice = `the query gives ${fields.join(', ')}`;
  throw new DatasetRefusal('columns_differ', `The catalogue names the columns ${missing.join(', ')}, but ${advice}.`);
}
