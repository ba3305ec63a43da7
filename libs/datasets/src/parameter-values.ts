import { type NamedSql, type Parameter, type UserDatabase } from './catalog.js';
import { DatasetRefusal } from './errors.js';
import { mysqlLiteral } from './mysql/mysql-literal.js';
import { replaceParameters } from './named-parameters.js';
import { storedForm, VALUE_FORMS } from './value-check.js';

/** SQL as a database takes it, with its values as texts in the order of their positions. */
export interface BoundSql {
  readonly sql: string;
  readonly values: readonly (string | null)[];
}

/** What jobs give for parameters. */
export type GivenParams = Readonly<Record<string, unknown>>;

/** Parameters whose values Leveret gives, and what they are; no job can give them. */
export const OWN_TYPES = {
  ...{ tenant: 'text', timezone: 'text' },
  ...{ from: 'timestamp', to: 'timestamp', previousFrom: 'timestamp', previousTo: 'timestamp' },
} as const satisfies Readonly<Record<string, Parameter['type']>>;
export type OwnName = keyof typeof OWN_TYPES;

interface Value {
  readonly type: Parameter['type'];
  /** In its stored form. */
  readonly text: string | null;
}

/**
 * Puts what a job gives into the places of a named SQL text.
 * @param own values that Leveret itself gives; they come before the job's
 * @throws DatasetRefusal `invalid_params` naming every parameter that is wrong
 */
export function bindParams(
  { sql, params }: NamedSql,
  dialect: UserDatabase['dialect'],
  given: GivenParams,
  own: Readonly<Partial<Record<OwnName, string>>>,
): BoundSql {
  const ownValues = Object.entries(own).map(
    ([name, text]) => [name, { type: OWN_TYPES[name as OwnName], text }] as const,
  );
  const values = new Map<string, Value>([...checkedParams(params, given), ...ownValues]);
  return dialect === 'postgres' ? inPositions(sql, values) : inLiterals(sql, values);
}

function inPositions(sql: string, values: ReadonlyMap<string, Value>): BoundSql {
  const names: string[] = [];
  const text = replaceParameters(sql, 'postgres', (name) => {
    const known = names.indexOf(name);
    return `$${known === -1 ? names.push(name) : known + 1}`;
  });
  return { sql: text, values: names.map((name) => values.get(name)?.text ?? null) };
}

/** A prepared statement of MySQL gives its rows in binary, which has other digits than the database shows. */
function inLiterals(sql: string, values: ReadonlyMap<string, Value>): BoundSql {
  const literal = (name: string): string => {
    const { type, text } = values.get(name) ?? { type: 'text', text: null };
    return mysqlLiteral(type, text);
  };
  return { sql: replaceParameters(sql, 'mysql', literal), values: [] };
}

function checkedParams(params: NamedSql['params'], given: GivenParams): ReadonlyMap<string, Value> {
  const problems = Object.keys(given)
    .filter((name) => !Object.hasOwn(params, name))
    .map((name) => `${name} is no parameter; there are: ${Object.keys(params).join(', ') || 'none'}`);
  const values = new Map<string, Value>();
  for (const [name, parameter] of Object.entries(params)) {
    const value = Object.hasOwn(given, name) ? given[name] : parameter.default;
    const text = value === null && parameter.default === null ? null : storedValue(parameter, value);
    if (text === undefined) problems.push(`${name} must be ${formOf(parameter)}`);
    else values.set(name, { type: parameter.type, text });
  }
  if (problems.length > 0) throw new DatasetRefusal('invalid_params', `params: ${problems.join('; ')}.`);
  return values;
}

function storedValue({ type, values }: Parameter, value: unknown): string | undefined {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return undefined;
  if (values !== undefined && !values.some((each) => each === value)) return undefined;
  return storedForm(type, String(value));
}

function formOf({ type, values }: Parameter): string {
  return values === undefined ? VALUE_FORMS[type] : `one of ${values.join(', ')}`;
}
