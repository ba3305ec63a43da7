import { type ImportPlan } from '../import-plan.js';
import { type Cell } from '../row-source.js';

const SPECIAL = /[\\\n\r\t]/;
const EVERY_SPECIAL = new RegExp(SPECIAL, 'g');
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };
/** Of what is sent at once. */
const PIECE_ROWS = 500;

/** Where imports note how far they have come and what they have rejected; in the schema that the user's tables go to. */
export const NOTES = {
  leveret_imports: `(job text primary key, rows_read bigint not null default 0, inserted bigint not null default 0,
    updated bigint not null default 0, rejected bigint not null default 0, noted_at timestamptz not null default now())`,
  leveret_import_errors: `(job text not null, line bigint not null, column_name text, reason text not null, content text not null,
    number bigint generated always as identity, primary key (job, number))`,
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
  /** Its type, with a precision but without a length, so that what is too long is refused and not cut. */
  readonly type: string;
}

const RANGE = 'from leveret_batch where number between $1 and $2';

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
  const into = `insert into ${tableOf(dataset)} (${columns.map(({ name }) => quoted(name)).join(', ')})`;
  const values = columns.map(valueOf).join(', ');
  if (mode === 'insert') {
    return `with written as (${into} select ${values} ${RANGE} order by number returning 1)
      select count(*)::int as count from written`;
  }
  const key = dataset.import?.key ?? [];
  // A statement sees the table as it was before it. Only plain tables tell of a row whether it was there: others have no xmax.
  return `with latest as (${latest(columns, key)}),
      there as (select count(*) from latest where exists (select from ${tableOf(dataset)} as target where ${same(columns, key)})),
      written as (${into} select ${values} from latest ${onConflict(columns, key)} returning 1)
    select ((select count(*) from written) - (select * from there))::int as count`;
}

/** Deletes what has the keys of the rows from one number to another of a batch, and counts it. */
export function deleteRows({ dataset }: Pick<ImportPlan, 'dataset'>, columns: readonly TargetColumn[]): string {
  return `with gone as (delete from ${tableOf(dataset)} as target using leveret_batch
      where number between $1 and $2 and ${same(columns, dataset.import?.key ?? [])} returning 1)
    select count(*)::int as count from gone`;
}

/** Rows that follow each other in a batch as COPY takes them, in pieces. */
export function* copyPieces(
  rows: readonly { readonly cells: readonly Cell[] }[],
  firstNumber: number,
): Generator<Buffer> {
  let lines: string[] = [];
  for (const [index, { cells }] of rows.entries()) {
    lines.push(`${firstNumber + index}\t${cells.map(copied).join('\t')}\n`);
    if (lines.length < PIECE_ROWS) continue;
    yield Buffer.from(lines.join(''));
    lines = [];
  }
  if (lines.length > 0) yield Buffer.from(lines.join(''));
}

/** Of rows with one key the last counts: one statement can write a row only once. Keys are compared as the table does. */
function latest(columns: readonly TargetColumn[], key: readonly string[]): string {
  const values = keyPlaces(columns, key).map((at) => valueOf(columns[at], at));
  return `select distinct on (${values.join(', ')}) * ${RANGE} order by ${values.join(', ')}, number desc`;
}

function same(columns: readonly TargetColumn[], key: readonly string[]): string {
  const parts = keyPlaces(columns, key).map(
    (at) => `target.${quoted(columns[at]?.name ?? '')} = ${valueOf(columns[at], at)}`,
  );
  return parts.join(' and ');
}

function keyPlaces(columns: readonly TargetColumn[], key: readonly string[]): readonly number[] {
  return key.map((name) => columns.findIndex((column) => column.name === name));
}

function valueOf(column: TargetColumn | undefined, at: number): string {
  return `c${at}::${column?.type ?? 'text'}`;
}

function onConflict(columns: readonly TargetColumn[], key: readonly string[]): string {
  const others = columns.filter(({ name }) => !key.includes(name));
  const set = (others.length > 0 ? others : columns).map(({ name }) => `${quoted(name)} = excluded.${quoted(name)}`);
  return `on conflict (${key.map(quoted).join(', ')}) do update set ${set.join(', ')}`;
}

/** The table that rows go to, as it stands in SQL. */
export function tableOf({ import: target }: Pick<ImportPlan['dataset'], 'import'>): string {
  return (target?.table ?? '').split('.').map(quoted).join('.');
}

/** A cell as COPY takes it. */
function copied(cell: Cell): string {
  if (cell === null) return '\\N';
  return SPECIAL.test(cell) ? cell.replaceAll(EVERY_SPECIAL, (sign) => ESCAPES[sign] ?? sign) : cell;
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
