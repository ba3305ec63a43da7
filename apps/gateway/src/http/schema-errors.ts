import { type ErrorObject } from 'ajv';
import { type FieldError } from './problem.js';

const MAX_ERRORS = 20;

/**
 * What a JSON Schema found wrong, by path below `prefix`. One message per path; alternatives of a single value become one
 * sentence, which is the `description` of its schema when it has one. That a condition failed is told by what it asked
 * for. Never a value of the data.
 */
export function fieldErrors(errors: readonly ErrorObject[], prefix: string): FieldError[] {
  const byPath = new Map<string, string>();
  for (const error of withoutAlternatives(errors.filter(({ keyword }) => keyword !== 'if'))) {
    const path = pathOf(error, prefix);
    if (!byPath.has(path)) byPath.set(path, messageOf(error));
    if (byPath.size >= MAX_ERRORS) break;
  }
  return [...byPath].map(([path, message]) => ({ path, message }));
}

/**
 * Drops what the branches of an anyOf or oneOf said about the very value that the choice is about. Each error is looked
 * at once, however many choices there are: a large body has as many of them as it has values.
 */
function withoutAlternatives(errors: readonly ErrorObject[]): ErrorObject[] {
  const described = errors.filter((error) => isChoice(error) && describes(error) !== undefined);
  const choices = new Set(described.map(({ instancePath, schemaPath }) => placeOf(instancePath, schemaPath)));
  return errors.filter(
    ({ instancePath, schemaPath }) =>
      !parentsOf(schemaPath).some((parent) => choices.has(placeOf(instancePath, parent))),
  );
}

function placeOf(instancePath: string, schemaPath: string): string {
  return `${instancePath} ${schemaPath}`;
}

function parentsOf(schemaPath: string): string[] {
  return [...schemaPath.matchAll(/\//g)].map(({ index }) => schemaPath.slice(0, index));
}

function isChoice({ keyword }: ErrorObject): boolean {
  return keyword === 'anyOf' || keyword === 'oneOf';
}

function describes({ parentSchema }: ErrorObject): string | undefined {
  const description: unknown = parentSchema?.['description'];
  return typeof description === 'string' ? description : undefined;
}

function pathOf(error: ErrorObject, prefix: string): string {
  const params = error.params as Record<string, unknown>;
  const named = params['additionalProperty'] ?? params['unevaluatedProperty'] ?? params['missingProperty'];
  const segments = error.instancePath.split('/').slice(1).map(unescaped);
  if (typeof named === 'string') segments.push(named);
  return [...(prefix === '' ? [] : [prefix]), ...segments].join('.');
}

function unescaped(segment: string): string {
  return segment.replaceAll('~1', '/').replaceAll('~0', '~');
}

function messageOf(error: ErrorObject): string {
  if (error.keyword === 'additionalProperties' || error.keyword === 'unevaluatedProperties') return 'is no known field';
  if (error.keyword === 'false schema') return 'does not go together with the other fields';
  if (error.keyword === 'required' || error.keyword === 'dependentRequired') return 'is required';
  if (error.keyword === 'enum') return `must be one of ${JSON.stringify(error.params['allowedValues'])}`;
  const description = isChoice(error) ? describes(error) : undefined;
  return description === undefined ? (error.message ?? 'is invalid') : `must be ${description}`;
}
