import { isRecord, isStorableText, REFUSED_NAMES } from '#libs/contracts';
import { type FieldError, Problem, invalid } from './problem.js';

const MAX_ERRORS = 20;

/**
 * Refuses what JSON can say and the suite cannot keep. The value's depth must be bounded already.
 * @throws Problem 400 for a key that could reach an object's prototype; 422 for text with U+0000 or a lone surrogate, and
 * for a number that no double holds. Each names the path.
 */
export function checkJson(value: unknown): void {
  const errors: FieldError[] = [];
  visit(value, '', errors);
  if (errors.length > 0) throw invalid(errors);
}

function visit(value: unknown, path: string, errors: FieldError[]): void {
  if (errors.length >= MAX_ERRORS) return;
  if (typeof value === 'string') {
    if (!isStorableText(value)) errors.push({ path, message: 'holds U+0000 or a lone surrogate' });
  } else if (typeof value === 'number') {
    if (!Number.isFinite(value)) errors.push({ path, message: 'is a number beyond the range of a double' });
  } else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) visit(item, joined(path, String(index)), errors);
  } else if (isRecord(value)) {
    for (const [key, inner] of Object.entries(value)) visit(inner, joined(path, checkedKey(key, path, errors)), errors);
  }
}

function checkedKey(key: string, path: string, errors: FieldError[]): string {
  if (REFUSED_NAMES.has(key)) {
    throw new Problem(400, `The name ${key} is not taken anywhere in a body.`, {
      errors: [{ path: joined(path, key), message: 'is a name that is not taken' }],
    });
  }
  if (isStorableText(key)) return key;
  errors.push({ path, message: 'has a name that holds U+0000 or a lone surrogate' });
  return key.toWellFormed();
}

function joined(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}
