import { type UserDatabase } from './catalog.js';

type Dialect = UserDatabase['dialect'];

const BLOCK_COMMENT = /\/\*[\s\S]*?\*\//.source;
const NAME = /:(?<name>[A-Za-z_]\w*)/.source;
/**
 * What is left as it is: texts, quoted names, comments and casts. A backslash escapes in MySQL, and in PostgreSQL only where
 * an E stands before the text.
 */
const KEPT = {
  postgres: [
    /\$(?<tag>\w*)\$[\s\S]*?\$\k<tag>\$/.source,
    /\b[Ee]'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'/.source,
    /"(?:[^"]|"")*"/.source,
    /--[^\n]*/.source,
    '::',
  ],
  mysql: [
    /'(?:[^'\\]|\\[\s\S]|'')*'|"(?:[^"\\]|\\[\s\S]|"")*"/.source,
    /`[^`]*`/.source,
    /#[^\n]*|--(?=\s|$)[^\n]*/.source,
  ],
} as const satisfies Record<Dialect, readonly string[]>;

/** SQL with every `:name` replaced; the same name may be asked for several times. */
export function replaceParameters(sql: string, dialect: Dialect, replace: (name: string) => string): string {
  const tokens = new RegExp([...KEPT[dialect], BLOCK_COMMENT, NAME].join('|'), 'g');
  const replaced = sql.replaceAll(tokens, (token: string, ...match: unknown[]) => {
    const { name } = match.at(-1) as { readonly name?: string };
    return name === undefined ? token : replace(name);
  });
  return replaced.trim().replace(/;$/, '');
}

/** The names of the parameters of SQL, each once. */
export function parameterNames(sql: string, dialect: Dialect): readonly string[] {
  const names = new Set<string>();
  replaceParameters(sql, dialect, (name) => {
    names.add(name);
    return '';
  });
  return [...names];
}
