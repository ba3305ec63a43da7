import { isRecord } from '#libs/contracts';

type Schema = Readonly<Record<string, unknown>>;

/** The names of the types that `$ref`s point to, by reference: `#/$defs/Variant`. */
export type TypeNames = ReadonlyMap<string, string>;

const PLAIN: Readonly<Record<string, string>> = {
  string: 'string',
  number: 'number',
  integer: 'number',
  boolean: 'boolean',
  null: 'null',
};
const IDENTIFIER = /^[A-Za-z_$][A-Za-z0-9_$]*$/;

/**
 * The TypeScript type of the values that a JSON Schema takes, on as many lines as it needs. What types cannot say, such as bounds
 * and patterns, is left out; what the schema does not say is `unknown`.
 */
export function schemaType(schema: unknown, names: TypeNames): string {
  if (schema === false) return 'never';
  if (!isRecord(schema)) return 'unknown';
  const parts = [namedType(schema, names), literalType(schema), ...combinedTypes(schema, names)].filter(isKnown);
  const own =
    parts.length === 0 || 'properties' in schema ? typesOf(schema).map((type) => plainType(type, schema, names)) : [];
  const all = [union(own), ...parts].filter(isKnown);
  return all.length === 0 ? 'unknown' : intersection(all);
}

/** A comment of one or more lines, for what stands below it; nothing without a text. */
export function comment(text: unknown): string {
  if (typeof text !== 'string' || text.trim() === '') return '';
  const lines = text
    .trim()
    .replaceAll('*/', '*\\/')
    .split(/\s*\n\s*/);
  return lines.length === 1
    ? `/** ${lines[0] ?? ''} */\n`
    : `/**\n${lines.map((line) => ` * ${line}\n`).join('')} */\n`;
}

/** A name as it may stand before a colon. */
export function propertyName(name: string): string {
  return IDENTIFIER.test(name) ? name : JSON.stringify(name);
}

/** Every line moved in by two. */
export function indented(text: string): string {
  return text.replaceAll(/^(?=.)/gm, '  ');
}

function namedType({ $ref }: Schema, names: TypeNames): string {
  return typeof $ref === 'string' ? (names.get($ref) ?? 'unknown') : '';
}

function literalType(schema: Schema): string {
  if ('const' in schema) return JSON.stringify(schema['const']);
  const { enum: values } = schema;
  return Array.isArray(values) ? union(values.map((value) => JSON.stringify(value))) : '';
}

function combinedTypes(schema: Schema, names: TypeNames): string[] {
  const branches = (keyword: string): string[] => {
    const listed: unknown = schema[keyword];
    return Array.isArray(listed) ? listed.map((branch) => schemaType(branch, names)) : [];
  };
  const either = ['anyOf', 'oneOf'].map(branches).filter((types) => types.length > 0);
  // A branch that says nothing about types, such as which fields are required, takes everything.
  const unions = either.map((types) => (types.every(isKnown) ? union(types) : 'unknown'));
  return [...unions, ...branches('allOf')];
}

function typesOf(schema: Schema): string[] {
  const { type } = schema;
  if (typeof type === 'string') return [type];
  if (Array.isArray(type)) return type.map(String);
  if ('properties' in schema) return ['object'];
  return 'items' in schema ? ['array'] : [];
}

function plainType(type: string, schema: Schema, names: TypeNames): string {
  if (type === 'array') return arrayType(schema, names);
  if (type === 'object') return objectType(schema, names);
  return PLAIN[type] ?? 'unknown';
}

function arrayType({ items, prefixItems }: Schema, names: TypeNames): string {
  if (!Array.isArray(prefixItems)) return `readonly ${grouped(schemaType(items, names))}[]`;
  const rest = items === false ? [] : [`...${grouped(schemaType(items, names))}[]`];
  return `readonly [${[...prefixItems.map((item) => `${grouped(schemaType(item, names))}?`), ...rest].join(', ')}]`;
}

function objectType({ properties, required, additionalProperties }: Schema, names: TypeNames): string {
  const fields = Object.entries(isRecord(properties) ? properties : {});
  const isRequired = (name: string): boolean => Array.isArray(required) && required.includes(name);
  if (fields.length === 0) {
    return additionalProperties === false ? 'Record<string, never>' : recordType(additionalProperties, names);
  }
  const lines = fields.map(([name, field]) => {
    const about = isRecord(field) ? comment(field['description']) : '';
    return `${about}readonly ${propertyName(name)}${isRequired(name) ? '' : '?'}: ${schemaType(field, names)};`;
  });
  const others = isRecord(additionalProperties) ? ['readonly [field: string]: unknown;'] : [];
  return `{\n${indented([...lines, ...others].join('\n'))}\n}`;
}

function recordType(values: unknown, names: TypeNames): string {
  return `Readonly<Record<string, ${isRecord(values) ? schemaType(values, names) : 'unknown'}>>`;
}

function union(types: readonly string[]): string {
  return [...new Set(types)].join(' | ');
}

function intersection(types: readonly string[]): string {
  return types.length === 1 ? (types[0] ?? '') : types.map(grouped).join(' & ');
}

function grouped(type: string): string {
  const isSimple = /^[^|&]*$/.test(type) && !type.startsWith('readonly ');
  return isSimple || (type.startsWith('{') && type.indexOf('}') === type.length - 1) ? type : `(${type})`;
}

function isKnown(type: string): boolean {
  return type !== '' && type !== 'unknown';
}
