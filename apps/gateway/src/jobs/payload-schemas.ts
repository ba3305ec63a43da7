import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { LIMITS, type TaskAnnouncement, utf8Length } from '#libs/contracts';
import { type FieldError } from '../http/problem.js';
import { fieldErrors } from '../http/schema-errors.js';
import { linearPattern } from './linear-pattern.js';
import { UNIQUE_ITEMS } from './unique-items.js';

const MAX_KEPT = 500;
/** Of a payload with more values than this, the first error is told and not every one: looking on has its cost. */
const FULLY_TOLD_NODES = 2_000;

/** Finds out what is wrong with a payload, by path. */
export type PayloadCheck = (payload: unknown) => FieldError[];

/** A schema that payloads cannot be checked against. */
export class UnusableSchemaError extends Error {}

/** Checks payloads against the schemas that apps have announced, each compiled once. */
export class PayloadSchemas {
  readonly #checks = new Map<string, PayloadCheck>();

  /** @throws UnusableSchemaError when the task's schema is too large, refers to another document, or is none */
  checkOf(task: Pick<TaskAnnouncement, 'name' | 'hash' | 'schema'>): PayloadCheck {
    const key = `${task.name} ${task.hash}`;
    const kept = this.#checks.get(key);
    if (kept !== undefined) return kept;
    const check = compileSchema(task.schema);
    const [oldest] = this.#checks.keys();
    if (this.#checks.size >= MAX_KEPT && oldest !== undefined) this.#checks.delete(oldest);
    this.#checks.set(key, check);
    return check;
  }
}

/**
 * Compiles a schema from outside. Each has an Ajv of its own, so that no `$id` of one meets that of another.
 * @throws UnusableSchemaError
 */
export function compileSchema(schema: Readonly<Record<string, unknown>>): PayloadCheck {
  const size = utf8Length(JSON.stringify(schema));
  if (size > LIMITS.schema) {
    throw new UnusableSchemaError(`Expected a schema of at most ${LIMITS.schema} bytes, got ${size}.`);
  }
  const validate = compiled(schema, { allErrors: false });
  let validateFully: ValidateFunction | undefined;
  return (payload) => {
    try {
      if (validate(payload)) return [];
      if (!holdsAtMost(payload, FULLY_TOLD_NODES)) return fieldErrors(validate.errors ?? [], 'payload');
      validateFully ??= compiled(schema, { allErrors: true });
      return validateFully(payload) ? [] : fieldErrors(validateFully.errors ?? [], 'payload');
    } catch (error) {
      throw new UnusableSchemaError(`The schema cannot be evaluated: ${String(error)}`, { cause: error });
    }
  };
}

function compiled(
  schema: Readonly<Record<string, unknown>>,
  extent: { readonly allErrors: boolean },
): ValidateFunction {
  const ajv = new Ajv2020({
    ...extent,
    strict: false,
    verbose: true,
    validateSchema: false,
    code: { regExp: linearPattern },
  });
  addFormats.default(ajv);
  ajv.removeKeyword(UNIQUE_ITEMS.keyword).addKeyword(UNIQUE_ITEMS);
  try {
    return ajv.compile(schema);
  } catch (error) {
    throw new UnusableSchemaError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function holdsAtMost(json: unknown, most: number): boolean {
  const open = [json];
  for (let seen = 0; open.length > 0; seen += 1) {
    if (seen + open.length > most) return false;
    const value = open.pop();
    if (typeof value === 'object' && value !== null) for (const inner of Object.values(value)) open.push(inner);
  }
  return true;
}
