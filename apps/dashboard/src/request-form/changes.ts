import { hashKey } from '@tanstack/react-query';
import { type Schema } from '../schema-form/schema';
import { type Body } from './body-fields';

/** The body that something was made with, of what it is shown as: null stands there for what was not given. */
export function bodyOf(shown: object, schema: Schema): Body {
  const names = new Set(Object.keys(schema.properties ?? {}));
  return Object.fromEntries(Object.entries(shown).filter(([name, value]) => names.has(name) && value !== null));
}

/** The fields in which one body differs from another; null for what it has no more. */
export function changesOf(before: Body, after: Body): Body {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  const changed = [...names].filter((name) => textOf(before[name]) !== textOf(after[name]));
  return Object.fromEntries(changed.map((name) => [name, after[name] ?? null]));
}

/** Changed fields in which a secret would be stored as the "***" that it was shown as. */
export function hidingChanges(before: Body, after: Body): readonly string[] {
  return Object.keys(changesOf(before, after)).filter(
    (name) => hidesSecrets(before[name]) && hidesSecrets(after[name]),
  );
}

export function hidesSecrets(value: unknown): boolean {
  return textOf(value).includes('"***"');
}

/** The same for values that are alike: fields of an object that was filled in again may have come in another order. */
function textOf(value: unknown): string {
  return hashKey([value]);
}
