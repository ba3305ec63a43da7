import { DatasetRefusal, openRows, type Row, type RowSource } from '#libs/datasets';
import { loadFormat } from '../formats/file-kinds.js';
import { packed } from '../formats/packed.js';
import { type RowProgress } from '../work-thread/messages.js';
import { type DatasetWork } from './dataset-work.js';
import { placed } from './placed-columns.js';

/** What is watched of a file while it is made. */
interface Watch {
  readonly signal: AbortSignal;
  /** Told for every batch. */
  readonly onProgress: (progress: RowProgress) => void;
}

/**
 * The bytes of a dataset's file, from the query to the packing. Rows are read as far as bytes are taken.
 * @throws DatasetRefusal, DatabaseTrouble
 */
export async function* makeDatasetFile(work: DatasetWork, { signal, onProgress }: Watch): AsyncGenerator<Uint8Array> {
  const format = await loadFormat(work.format);
  const query = { ...work.query, columns: work.layout.columns };
  const source = await openRows(work.database, query, { signal, estimate: true });
  try {
    const layout = { ...work.layout, columns: placed(work.layout.columns, source.fields) };
    const content = format(countedRows(source, work, onProgress), layout);
    yield* bounded(work.packing === null ? content : packed(content, work.packing, work.filename), work.limits.bytes);
  } finally {
    await source.close();
  }
}

async function* countedRows(
  source: RowSource,
  work: DatasetWork,
  onProgress: Watch['onProgress'],
): AsyncGenerator<readonly Row[]> {
  const most = work.maxRows ?? Infinity;
  const expected = source.estimatedRows === null ? null : Math.min(source.estimatedRows, most);
  let rows = 0;
  while (rows < most) {
    const batch = (await source.read()).slice(0, most - rows);
    if (batch.length === 0) return;
    rows += batch.length;
    if (rows > work.limits.rows) throw tooMuch('rows', work.limits.rows);
    onProgress({ rows, expected });
    yield batch;
  }
}

async function* bounded(content: AsyncIterable<Uint8Array>, most: number): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const piece of content) {
    bytes += piece.byteLength;
    if (bytes > most) throw tooMuch('bytes', most);
    yield piece;
  }
}

function tooMuch(what: 'rows' | 'bytes', most: number): DatasetRefusal {
  return new DatasetRefusal(`too_many_${what}`, `A file of this dataset holds at most ${most} ${what}; choose fewer.`);
}
