import {
  CONTAINS,
  IS_BASE64,
  IS_DATE_STRING,
  IS_ENUM,
  IS_IN,
  IS_IP,
  IS_ISO8601,
  IS_NOT_EMPTY,
  IS_URL,
  MATCHES,
  ValidationTypes,
} from 'class-validator';

/** A part of a JSON Schema. */
export type SchemaPart = Readonly<Record<string, unknown>>;

/** What a converter gets to see of a validation decorator. */
export interface DecoratedField {
  readonly target: unknown;
  readonly propertyName: string;
  readonly constraints: readonly unknown[];
  readonly each: boolean;
}

type Converter = SchemaPart | ((field: DecoratedField) => SchemaPart);

const TIME: SchemaPart = { type: 'string', anyOf: [{ format: 'date' }, { format: 'date-time' }] };
const IP_VERSIONS = ['4', '6'] as const;
const PRIMITIVES = new Map<unknown, SchemaPart>([
  [String, { type: 'string' }],
  [Number, { type: 'number' }],
  [Boolean, { type: 'boolean' }],
  [Array, { type: 'array', items: {} }],
]);

/**
 * Where the library's own translation would refuse what the class takes (loopback URLs, times without milliseconds),
 * take what it refuses (patterns with flags), point outside the schema, or name formats that validators do not know.
 */
export const SCHEMA_CONVERTERS: Readonly<Record<string, Converter>> = {
  [ValidationTypes.CUSTOM_VALIDATION]: ({ target, propertyName, each }) =>
    (each ? undefined : PRIMITIVES.get(designType(target, propertyName))) ?? {},
  [ValidationTypes.IS_DEFINED]: {},
  [IS_NOT_EMPTY]: { minLength: 1 },
  [IS_ISO8601]: TIME,
  [IS_DATE_STRING]: TIME,
  [IS_URL]: { type: 'string', format: 'uri' },
  [IS_BASE64]: { type: 'string', format: 'byte' },
  [IS_IP]: ({ constraints }) => {
    const versions = IP_VERSIONS.filter((version) => [version, undefined].includes(constraints[0] as '4' | '6'));
    return { type: 'string', anyOf: versions.map((version) => ({ format: `ipv${version}` })) };
  },
  [IS_IN]: ({ constraints }) => oneOf(constraints[0] as unknown[]),
  [IS_ENUM]: ({ constraints }) => oneOf(enumValues(constraints[0] as Record<string, unknown>)),
  [CONTAINS]: ({ constraints }) => ({ type: 'string', pattern: escaped(String(constraints[0])) }),
  [MATCHES]: ({ constraints }) => {
    const pattern = constraints[0] as RegExp;
    return { type: 'string', ...(/^[ugdv]*$/.test(pattern.flags) ? { pattern: pattern.source } : {}) };
  },
};

/** The class that a field was declared with, as far as TypeScript has written it down. */
export function designType(type: unknown, field: string): unknown {
  return typeof type === 'function' ? Reflect.getMetadata('design:type', type.prototype as object, field) : undefined;
}

function oneOf(values: unknown[]): SchemaPart {
  const types = new Set(values.map((value) => typeof value));
  const [type] = types;
  const known = types.size === 1 && (type === 'string' || type === 'number' || type === 'boolean');
  return { enum: values, ...(known ? { type } : {}) };
}

// A numeric enum of TypeScript also holds its names, as values of its numbers.
function enumValues(entity: Record<string, unknown>): unknown[] {
  return Object.entries(entity)
    .filter(([key, value]) => typeof value === 'number' || typeof entity[String(value)] !== 'number' || key === value)
    .map(([, value]) => value);
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
