import { type ErrorObject } from 'ajv';
import { type FieldError } from './problem.js';
import { isChoiceToldAsOne, messageOf, refusedName } from './schema-message.js';

const MAX_ERRORS = 20;

/**
 * What a JSON Schema found wrong, by path below `prefix`. One message per path; alternatives of a single value become one
 * sentence: the fields that they require, or the `description` of its schema when it has one. That a condition failed is
 * told by what it asked for. Never a value of the data.
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
  const told = errors.filter(isChoiceToldAsOne);
  const choices = new Set(told.map(({ instancePath, schemaPath }) => placeOf(instancePath, schemaPath)));
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

function pathOf(error: ErrorObject, prefix: string): string {
  const params = error.params as Record<string, unknown>;
  const named =
    params['additionalProperty'] ?? params['unevaluatedProperty'] ?? params['missingProperty'] ?? refusedName(error);
  const segments = error.instancePath.split('/').slice(1).map(unescaped);
  if (typeof named === 'string') segments.push(named);
  return [...(prefix === '' ? [] : [prefix]), ...segments].join('.');
}

function unescaped(segment: string): string {
  return segment.replaceAll('~1', '/').replaceAll('~0', '~');
}
