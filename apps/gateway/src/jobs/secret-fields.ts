import { isRecord } from '#libs/contracts';

type Schema = Readonly<Record<string, unknown>>;

const MASK = '***';
const COMBINING = ['allOf', 'anyOf', 'oneOf'] as const;

/** The payload with every field that its schema marks `writeOnly` shown as `"***"`; the same object when there is none. */
export function withoutSecrets(payload: unknown, schema: Schema): unknown {
  return marksSecrets(schema) ? masked(payload, [schema], schema) : payload;
}

const marking = new WeakMap<Schema, boolean>();

function marksSecrets(schema: Schema): boolean {
  const known = marking.get(schema);
  if (known !== undefined) return known;
  const marks = JSON.stringify(schema).includes('"writeOnly":true');
  marking.set(schema, marks);
  return marks;
}

/** `schemas` all apply to the value; each step goes down in the value, so that a schema that refers to itself ends. */
function masked(value: unknown, schemas: readonly Schema[], root: Schema): unknown {
  const applying = schemas.flatMap((schema) => applied(schema, root, new Set()));
  if (applying.length === 0) return value;
  if (applying.some((schema) => schema['writeOnly'] === true)) return value === null ? null : MASK;
  if (Array.isArray(value)) {
    const items = value as readonly unknown[];
    const shown = items.map((item, index) => {
      const below = applying.flatMap((schema) => ofItem(schema, index));
      return masked(item, below, root);
    });
    return shown.every((item, index) => item === items[index]) ? value : shown;
  }
  if (!isRecord(value)) return value;
  const shown = Object.entries(value).map(([name, inner]) => {
    const below = applying.flatMap((schema) => ofField(schema, name));
    return [name, masked(inner, below, root)] as const;
  });
  return shown.every(([name, inner]) => inner === value[name]) ? value : Object.fromEntries(shown);
}

/** The schema with all that it refers to and combines; alternatives count as applying, to mask rather too much. */
function applied(schema: Schema, root: Schema, seen: Set<Schema>): Schema[] {
  if (seen.has(schema)) return [];
  seen.add(schema);
  const combined = COMBINING.flatMap((keyword) => records(schema[keyword]));
  const conditional = ['if', 'then', 'else'].flatMap((keyword) => records([schema[keyword]]));
  const target = typeof schema['$ref'] === 'string' ? pointed(schema['$ref'], root) : undefined;
  const others = [...combined, ...conditional, ...(target === undefined ? [] : [target])];
  return [schema, ...others.flatMap((other) => applied(other, root, seen))];
}

function ofItem(schema: Schema, index: number): Schema[] {
  const prefix: unknown = Array.isArray(schema['prefixItems']) ? schema['prefixItems'][index] : undefined;
  return records([prefix ?? schema['items']]);
}

function ofField(schema: Schema, name: string): Schema[] {
  const { properties, patternProperties, additionalProperties } = schema;
  const named = isRecord(properties) && Object.hasOwn(properties, name) ? [properties[name]] : [additionalProperties];
  return records([...named, ...(isRecord(patternProperties) ? Object.values(patternProperties) : [])]);
}

function records(values: unknown): Schema[] {
  return Array.isArray(values) ? values.filter(isRecord) : [];
}

/** What a JSON pointer within the document leads to. */
function pointed(reference: string, root: Schema): Schema | undefined {
  if (!reference.startsWith('#')) return undefined;
  let target: unknown = root;
  for (const step of reference.slice(1).split('/').slice(1)) {
    const name = decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~');
    target = isRecord(target) || Array.isArray(target) ? (target as Record<string, unknown>)[name] : undefined;
  }
  return isRecord(target) ? target : undefined;
}
