import { type Row } from '#libs/datasets';
import { csv } from '../formats/csv.js';
import { type Layout } from '../formats/layout.js';
import { workbook } from '../formats/xlsx/xlsx.js';
import { type ReportHead, type ReportTable } from './report-work.js';

/** A sheet for each section. */
export function reportXlsx(head: ReportHead, tables: readonly ReportTable[]): AsyncIterable<Uint8Array> {
  return workbook(tables.map((table) => ({ layout: layoutOf(head, table), batches: inOne(table.rows) })));
}

/** The sections one below the other, each under its title. */
export async function* reportCsv(head: ReportHead, tables: readonly ReportTable[]): AsyncGenerator<Uint8Array> {
  for (const [index, table] of tables.entries()) {
    const layout = layoutOf(head, table);
    // A title is a text like any other in a CSV.
    const title = { ...layout, columns: [{ at: 0, name: 'title', title: table.title, type: 'text' as const }] };
    if (index > 0) yield Buffer.from('\r\n');
    yield* csv(inOne([]), title);
    yield* csv(inOne(table.rows), layout);
  }
}

function layoutOf({ locale, timezone }: ReportHead, { title, columns }: ReportTable): Layout {
  return {
    ...{ title, locale, timezone },
    columns: columns.map((column, at) => ({ ...column, at })),
    csv: { delimiter: ',', bom: false, header: true },
  };
}

async function* inOne(rows: readonly Row[]): AsyncGenerator<readonly Row[]> {
  if (rows.length > 0) yield rows;
}
