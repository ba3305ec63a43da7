import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { type FieldError, invalid } from './problem.js';
import { fieldErrors } from './schema-errors.js';

// A format says how a field is to be filled in; what reads it judges it.
const formats = { 'date-time': true } as const;
const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true, verbose: true, formats });

/**
 * The shape of a request's body: one JSON Schema, compiled for the first body, that also stands in the OpenAPI document.
 * Compiled when it is made, all of them together would take a good part of the gateway's start.
 */
export class BodySchema<T> {
  #compiled: ValidateFunction<T> | undefined;

  constructor(readonly schema: Readonly<Record<string, unknown>>) {}

  /** What is wrong with a body, by path; empty for a `T`. */
  errorsOf(body: unknown): FieldError[] {
    const validate = (this.#compiled ??= ajv.compile<T>(this.schema));
    return validate(body) ? [] : fieldErrors(validate.errors ?? [], '');
  }

  /** @throws Problem 422 that names each wrong field */
  read(body: unknown): T {
    const errors = this.errorsOf(body);
    if (errors.length > 0) throw invalid(errors);
    return body as T;
  }
}
