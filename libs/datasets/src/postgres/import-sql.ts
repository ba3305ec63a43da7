import { type ImportPlan } from '../bulk-import.js';
import { type Cell } from '../row-source.js';

const SPECIAL = /[\\\n\r\t]/g;
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Where imports note how far they have come and what they have rejected; in the schema that the user's tables go to. */
export const NOTES = {
  leveret_imports: `(job text primary key, rows_read bigint not null default 0, inserted bigint not null default 0,
    updated bigint not null default 0, rejected bigint not null default 0, noted_at timestamptz not null default now())`,
  leveret_import_errors:
    '(job text not null, line bigint not null, column_name text, reason text not null, content text not null)',
} as const;

/** Where marks are kept that outlive jobs. */
export const MARKS = {
  leveret_marks: '(name text primary key, mark text not null, noted_at timestamptz not null default now())',
} as const;

/** Makes a table unless it is there. Of two that make it at the same time the server would refuse one, with or without the condition. */
export function makeTable(table: string, columns: string): string {
  const make = `create table if not exists ${table} ${columns}`;
  return `do $make$ begin perform pg_advisory_xact_lock(hashtext('leveret_imports')); ${make}; end $make$`;
}

/** Notes of jobs that have long ended are of no use. */
export const FORGET = `with old as (delete from leveret_imports where noted_at < now() - interval '30 days' returning job)
  delete from leveret_import_errors using old where leveret_import_errors.job = old.job`;

/** A column of the table that rows go to. */
export interface TargetColumn {
  readonly name: string;
  /** Its type without a length, so that what is too long is refused and not cut. */
  readonly type: string;
}

/** Makes the table that a batch is copied to; everything in it is text. */
export function stagingTable(columns: readonly TargetColumn[]): string {
  const cells = columns.map((_, index) => `c${index} text`);
  return `create temp table leveret_batch (number integer primary key, ${cells.join(', ')})`;
}

/** Writes the rows from one number to another of a batch, and counts those that were not there. */
export function writeRows(
  { dataset, mode }: Pick<ImportPlan, 'dataset' | 'mode'>,
  columns: readonly TargetColumn[],
): string {
  const names = columns.map(({ name }) => quoted(name));
  const values = columns.map(({ type }, index) => `c${index}::${type}`);
  const range = 'from leveret_batch where number between $1 and $2';
  const into = `insert into ${tableOf(dataset)} (${names.join(', ')})`;
  const rows = mode === 'insert' ? `${range} order by number` : latest(columns, dataset.import?.key ?? [], range);
  const conflict = mode === 'insert' ? '' : onConflict(columns, dataset.import?.key ?? []);
  return `with written as (${into} select ${values.join(', ')} ${rows}${conflict} returning (xmax = 0) as fresh)
    select count(*) filter (where fresh)::int as count from written`;
}

/** Deletes what has the keys of the rows from one number to another of a batch, and counts it. */
export function deleteRows({ dataset }: Pick<ImportPlan, 'dataset'>, columns: readonly TargetColumn[]): string {
  const key = (dataset.import?.key ?? []).map((name) => columns.findIndex((column) => column.name === name));
  const same = key.map((at) => `target.${quoted(columns[at]?.name ?? '')} = c${at}::${columns[at]?.type ?? 'text'}`);
  return `with gone as (delete from ${tableOf(dataset)} as target using leveret_batch
      where number between $1 and $2 and ${same.join(' and ')} returning 1)
    select count(*)::int as count from gone`;
}

/** The lines of a batch as COPY takes them. */
export function copyLines(rows: readonly { readonly cells: readonly Cell[] }[]): string {
  let text = '';
  for (const [number, { cells }] of rows.entries()) {
    text += String(number);
    for (const cell of cells) text += cell === null ? '\t\\N' : `\t${escaped(cell)}`;
    text += '\n';
  }
  return text;
}

/** Of rows with one key the last counts: one statement can write a row only once. */
function latest(columns: readonly TargetColumn[], key: readonly string[], range: string): string {
  const cells = key.map((name) => `c${columns.findIndex((column) => column.name === name)}`).join(', ');
  return `from (select distinct on (${cells}) * ${range} order by ${cells}, number desc) as latest`;
}

function onConflict(columns: readonly TargetColumn[], key: readonly string[]): string {
  const others = columns.filter(({ name }) => !key.includes(name));
  const set = (others.length > 0 ? others : columns).map(({ name }) => `${quoted(name)} = excluded.${quoted(name)}`);
  return ` on conflict (${key.map(quoted).join(', ')}) do update set ${set.join(', ')}`;
}

function tableOf({ import: target }: Pick<ImportPlan['dataset'], 'import'>): string {
  return (target?.table ?? '').split('.').map(quoted).join('.');
}

function escaped(cell: string): string {
  return cell.replaceAll(SPECIAL, (sign) => ESCAPES[sign] ?? sign);
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
