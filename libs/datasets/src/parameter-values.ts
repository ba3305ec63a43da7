import { type NamedSql, type Parameter, type UserDatabase } from './catalog.js';
import { DatasetRefusal } from './errors.js';
import { positional } from './named-parameters.js';
import { storedForm, VALUE_FORMS } from './value-check.js';

/** SQL as a database takes it, with its values as texts in the order of their positions. */
export interface BoundSql {
  readonly sql: string;
  readonly values: readonly (string | null)[];
}

/** What jobs give for parameters. */
export type GivenParams = Readonly<Record<string, unknown>>;

/**
 * Puts what a job gives into the places of a named SQL text.
 * @param own values that Leveret itself gives; they come before the job's
 * @throws DatasetRefusal `invalid_params` naming every parameter that is wrong
 */
export function bindParams(
  { sql, params }: NamedSql,
  dialect: UserDatabase['dialect'],
  given: GivenParams,
  own: Readonly<Record<string, string>>,
): BoundSql {
  const values = { ...checkedParams(params, given), ...own };
  const { sql: text, names } = positional(sql, dialect);
  return { sql: text, values: names.map((name) => values[name] ?? null) };
}

function checkedParams(params: NamedSql['params'], given: GivenParams): Record<string, string | null> {
  const problems = Object.keys(given)
    .filter((name) => !Object.hasOwn(params, name))
    .map((name) => `${name} is no parameter; there are: ${Object.keys(params).join(', ') || 'none'}`);
  const values: Record<string, string | null> = {};
  for (const [name, parameter] of Object.entries(params)) {
    const value = Object.hasOwn(given, name) ? given[name] : parameter.default;
    const stored = value === null && parameter.default === null ? null : storedValue(parameter, value);
    if (stored === undefined) problems.push(`${name} must be ${formOf(parameter)}`);
    else values[name] = stored;
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
