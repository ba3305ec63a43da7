import { type ImportPlan, type ImportRow } from '../import-plan.js';
import { type Column } from '../catalog.js';
import { mysqlLiteral } from './mysql-literal.js';

/** Where imports note how far they have come and what they have rejected; in the database of the connection. */
export const NOTES = {
  leveret_imports: `(job varchar(100) primary key, rows_read bigint not null default 0, inserted bigint not null default 0,
    updated bigint not null default 0, rejected bigint not null default 0,
    noted_at datetime not null default current_timestamp) engine = InnoDB default charset = utf8mb4`,
  leveret_import_errors: `(job varchar(100) not null, line bigint not null, column_name text, reason text not null,
    content mediumtext not null, index (job)) engine = InnoDB default charset = utf8mb4`,
} as const;

/** Where marks are kept that outlive jobs. */
export const MARKS = {
  leveret_marks: `(name varchar(255) primary key, mark mediumtext not null,
    noted_at datetime not null default current_timestamp)
    engine = InnoDB default charset = utf8mb4 collate = utf8mb4_bin`,
} as const;

/** Notes of jobs that have long ended are of no use; first those of rows, which are found by those of jobs. */
export const FORGET = [
  `delete from leveret_import_errors where job in
    (select job from leveret_imports where noted_at < now() - interval 30 day)`,
  'delete from leveret_imports where noted_at < now() - interval 30 day',
] as const;

/** Far below what servers take of one statement: 16 MiB, or 4 MiB with old settings. */
const STATEMENT_CHARACTERS = 1_048_576;

/** A batch of rows as SQL. */
export interface SqlRows {
  /** Each row as a list of values. */
  readonly values: readonly string[];
  /** Each row as its key, for rows that may be there already. */
  readonly keys: readonly string[];
}

/** Rows as SQL. */
export function sqlRows({ dataset, columns }: ImportPlan, rows: readonly ImportRow[]): SqlRows {
  const places = (dataset.import?.key ?? []).map((name) => columns.findIndex((column) => column.name === name));
  const literals = rows.map(({ cells }) =>
    columns.map(({ type }: Column, index) => mysqlLiteral(type, cells[index] ?? null)),
  );
  return { values: literals.map(listed), keys: literals.map((row) => listed(places.map((at) => row[at] ?? 'NULL'))) };
}

/** Writes rows that follow each other. */
export function insertRows({ dataset, columns, mode }: ImportPlan, values: readonly string[]): string {
  const names = columns.map(({ name }) => quoted(name));
  const key = dataset.import?.key ?? [];
  const others = columns.filter(({ name }) => !key.includes(name));
  const changed = (others.length > 0 ? others : columns).map(({ name }) => `${quoted(name)} = values(${quoted(name)})`);
  const conflict = mode === 'insert' ? '' : ` on duplicate key update ${changed.join(', ')}`;
  return `insert into ${tableOf(dataset)} (${names.join(', ')}) values ${values.join(', ')}${conflict}`;
}

/** Counts the rows of the table that have one of some keys. */
export function countKeys({ dataset }: ImportPlan, keys: readonly string[]): string {
  return `select count(*) from ${tableOf(dataset)} where ${hasKey(dataset, keys)}`;
}

/** Deletes the rows of the table that have one of some keys. */
export function deleteKeys({ dataset }: ImportPlan, keys: readonly string[]): string {
  return `delete from ${tableOf(dataset)} where ${hasKey(dataset, keys)}`;
}

/** The ends of pieces of some texts that each fit into a statement; a text that does not is a piece of its own. */
export function* inStatements(texts: readonly string[], first: number, last: number): Generator<[number, number]> {
  let from = first;
  let size = 0;
  for (let at = first; at <= last; at += 1) {
    const more = texts[at]?.length ?? 0;
    if (at > from && size + more > STATEMENT_CHARACTERS) {
      yield [from, at];
      [from, size] = [at, 0];
    }
    size += more;
  }
  yield [from, last + 1];
}

function hasKey(dataset: ImportPlan['dataset'], keys: readonly string[]): string {
  return `(${(dataset.import?.key ?? []).map(quoted).join(', ')}) in (${keys.join(', ')})`;
}

function tableOf(dataset: ImportPlan['dataset']): string {
  return (dataset.import?.table ?? '').split('.').map(quoted).join('.');
}

function quoted(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}

function listed(literals: readonly string[]): string {
  return `(${literals.join(', ')})`;
}
