import { type FuncKeywordDefinition } from 'ajv';
import { canonicalJson } from '../http/canonical-json.js';

/** The keyword `uniqueItems` in time that grows with the list alone; Ajv's own compares each item with every other. */
export const UNIQUE_ITEMS = {
  keyword: 'uniqueItems',
  type: 'array',
  schemaType: 'boolean',
  error: { message: 'must NOT have duplicate items' },
  validate: (unique: boolean, list: readonly unknown[]) =>
    !unique || new Set(list.map((item) => canonicalJson(item))).size === list.length,
} as const satisfies FuncKeywordDefinition;
