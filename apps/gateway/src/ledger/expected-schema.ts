import { MIGRATIONS } from './migrate.js';

/** What a ledger of this version has. */
export interface ExpectedSchema {
  /** Names of migrations, oldest first. */
  readonly migrations: readonly string[];
  /** Indexes that a migration makes and no later one drops, each with its statement. */
  readonly indexes: readonly { readonly name: string; readonly sql: string }[];
}

const INDEX_STATEMENT = /CREATE (?:UNIQUE )?INDEX (\w+)[^;]*|DROP INDEX (?:IF EXISTS )?(\w+)/g;

export function expectedSchema(): ExpectedSchema {
  const indexes = new Map<string, string>();
  for (const { sql } of MIGRATIONS) {
    for (const [statement, made, dropped] of withoutComments(sql).matchAll(INDEX_STATEMENT)) {
      if (made !== undefined) indexes.set(made, statement.replaceAll(/\s+/g, ' ').trim());
      if (dropped !== undefined) indexes.delete(dropped);
    }
  }
  return {
    migrations: MIGRATIONS.map(({ name }) => name),
    indexes: [...indexes].map(([name, sql]) => ({ name, sql })),
  };
}

function withoutComments(sql: string): string {
  return sql.replaceAll(/--.*$/gm, '');
}
