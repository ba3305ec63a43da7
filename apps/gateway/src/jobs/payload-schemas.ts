import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { LIMITS, type TaskAnnouncement, utf8Length } from '#libs/contracts';
import { type FieldError } from '../http/problem.js';
import { fieldErrors } from '../http/schema-errors.js';
import { linearPattern } from './linear-pattern.js';

const MAX_KEPT = 500;

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
  const validate = compiled(schema);
  return (payload) => {
    try {
      return validate(payload) ? [] : fieldErrors(validate.errors ?? [], 'payload');
    } catch (error) {
      throw new UnusableSchemaError(`The schema cannot be evaluated: ${String(error)}`, { cause: error });
    }
  };
}

function compiled(schema: Readonly<Record<string, unknown>>): ValidateFunction {
  const ajv = new Ajv2020({
    allErrors: true,
    strict: false,
    verbose: true,
    validateSchema: false,
    code: { regExp: linearPattern },
  });
  addFormats.default(ajv);
  try {
    return ajv.compile(schema);
  } catch (error) {
    throw new UnusableSchemaError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}
