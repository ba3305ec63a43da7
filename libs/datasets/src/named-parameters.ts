import { type UserDatabase } from './catalog.js';

type Dialect = UserDatabase['dialect'];

/** SQL with positions in place of names, and the names in the order of the positions. */
export interface PositionalSql {
  readonly sql: string;
  readonly names: readonly string[];
}

const QUOTED_IDENTIFIER = /"(?:[^"]|"")*"|`[^`]*`/.source;
const COMMENT = /--[^\n]*|\/\*[\s\S]*?\*\//.source;
const DOLLAR_QUOTED = /\$(\w*)\$[\s\S]*?\$\1\$/.source;
const CAST = '::';
const NAME = /:([A-Za-z_]\w*)/.source;
/** A backslash escapes in MySQL, and in PostgreSQL only where an E stands before the text. */
const TEXTS = {
  postgres: /\b[Ee]'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'/.source,
  mysql: /'(?:[^'\\]|\\.|'')*'/.source,
} as const satisfies Record<Dialect, string>;

/** Replaces `:name` by the positions of a dialect. What stands in texts, quoted names, comments and casts stays. */
export function positional(sql: string, dialect: Dialect): PositionalSql {
  const names: string[] = [];
  const tokens = new RegExp([DOLLAR_QUOTED, TEXTS[dialect], QUOTED_IDENTIFIER, COMMENT, CAST, NAME].join('|'), 'g');
  const replaced = sql.replaceAll(tokens, (token: string, _tag: unknown, name: string | undefined) => {
    if (name === undefined) return token;
    if (dialect === 'mysql') {
      names.push(name);
      return '?';
    }
    const known = names.indexOf(name);
    return `$${known === -1 ? names.push(name) : known + 1}`;
  });
  return { sql: replaced.trim().replace(/;$/, ''), names };
}
