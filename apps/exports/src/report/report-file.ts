import { readAll } from '#libs/datasets';
import { placed } from '../dataset-file/placed-columns.js';
import { type RowProgress } from '../work-thread/messages.js';
import { type ReportFormat, type ReportTable, type ReportWork, type ReportWriter } from './report-work.js';

/** A report is read by people. */
const MOST_ROWS = 5_000;

/** What is watched of a report while it is made. */
interface Watch {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: RowProgress) => void;
}

/**
 * The bytes of a report; everything in it is as of one moment.
 * @throws DatasetRefusal, DatabaseTrouble
 */
export async function* makeReportFile(work: ReportWork, { signal, onProgress }: Watch): AsyncGenerator<Uint8Array> {
  const queries = work.sections.map(({ query, columns }) => ({ ...query, columns }));
  const read = await readAll(work.database, queries, { signal, maxRows: MOST_ROWS });
  const tables = work.sections.map(({ title, kind, columns }, index): ReportTable => {
    const { fields, rows } = read[index] ?? { fields: [], rows: [] };
    const places = placed(columns, fields).map(({ at }) => at);
    return { title, kind, columns, rows: rows.map((row) => places.map((at) => row[at] ?? null)) };
  });
  const rows = tables.reduce((sum, table) => sum + table.rows.length, 0);
  onProgress({ rows, expected: rows });
  const write = await loadWriter(work.format);
  yield* write(work.head, tables);
}

async function loadWriter(format: ReportFormat): Promise<ReportWriter> {
  switch (format) {
    case 'pdf':
      return (await import('./pdf/report-pdf.js')).reportPdf;
    case 'xlsx':
      return (await import('./report-sheets.js')).reportXlsx;
    case 'csv':
      return (await import('./report-sheets.js')).reportCsv;
  }
}
