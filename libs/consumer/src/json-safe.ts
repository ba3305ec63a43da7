import { storableJson } from '#libs/contracts';

/** A copy that JSON and the ledger can hold, whatever a handler passed: nothing in it throws, loops or is left out. */
export function jsonSafe(fields: Readonly<Record<string, unknown>>): unknown {
  try {
    return storableJson(JSON.parse(JSON.stringify(fields, replacer)));
  } catch {
    return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, fieldSafe(value)]));
  }
}

function fieldSafe(value: unknown): unknown {
  try {
    return storableJson(JSON.parse(JSON.stringify(value, replacer) || 'null'));
  } catch {
    return `[${typeof value} that is no JSON]`;
  }
}

function replacer(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'function' || typeof value === 'symbol') return `[${typeof value}]`;
  if (value instanceof Error) return { name: value.name, message: value.message };
  return value;
}
