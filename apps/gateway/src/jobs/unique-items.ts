import { type FuncKeywordDefinition } from 'ajv';
import { isRecord } from '#libs/contracts';

/** The keyword `uniqueItems` in time that grows with the list alone; Ajv's own compares each item with every other. */
export const UNIQUE_ITEMS = {
  keyword: 'uniqueItems',
  type: 'array',
  schemaType: 'boolean',
  error: { message: 'must NOT have duplicate items' },
  validate: (unique: boolean, list: readonly unknown[]) =>
    !unique || new Set(list.map((item) => canonical(item))).size === list.length,
} as const satisfies FuncKeywordDefinition;

/** The same text for equal values, whatever the order of their fields. */
function canonical(json: unknown): string {
  return JSON.stringify(json, (_name, value: unknown) =>
    isRecord(value)
      ? Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))
      : value,
  );
}
