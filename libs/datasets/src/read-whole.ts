import { tooManyRows } from './errors.js';
import { type Row } from './row-source.js';

/**
 * The rows of a result that is small, whatever batches they come in.
 * @throws DatasetRefusal `too_many_rows` when there are more than `most`
 */
export async function readWhole(read: () => Promise<readonly Row[]>, most = Infinity): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (let batch = await read(); batch.length > 0; batch = await read()) {
    rows.push(...batch);
    if (rows.length > most) throw tooManyRows(most);
  }
  return rows;
}
