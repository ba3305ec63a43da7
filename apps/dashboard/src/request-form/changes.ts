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
  const changed = [...names].filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
  return Object.fromEntries(changed.map((name) => [name, after[name] ?? null]));
}
