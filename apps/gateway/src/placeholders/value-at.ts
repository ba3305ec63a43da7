import { isRecord } from '#libs/contracts';

/** What names lead to. Nothing is reached but a list's items and an object's own fields. */
export type Found = { readonly value: unknown } | undefined;

/** The value that names lead to, one after the other: fields of objects and indices of lists. Undefined: they name nothing. */
export function valueAt(root: unknown, names: readonly string[]): Found {
  let found: Found = { value: root };
  for (const name of names) found = found === undefined ? undefined : step(found.value, name);
  return found;
}

function step(value: unknown, name: string): Found {
  if (Array.isArray(value)) {
    const items = value as readonly unknown[];
    const index = /^(?:0|[1-9]\d{0,9})$/.test(name) ? Number(name) : items.length;
    return index < items.length ? { value: items[index] } : undefined;
  }
  return isRecord(value) && Object.hasOwn(value, name) ? { value: value[name] } : undefined;
}
