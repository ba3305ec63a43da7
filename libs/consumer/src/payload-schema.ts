import { type Type } from '@nestjs/common';
// @ts-expect-error -- the package has no types for this file, and no other way to what its decorators noted
import { defaultMetadataStorage as storage } from 'class-transformer/cjs/storage.js';
import { type TypeMetadata } from 'class-transformer';
import { type MetadataStorage } from 'class-transformer/types/MetadataStorage.js';
import { IS_INT, getMetadataStorage, ValidationTypes } from 'class-validator';
import { targetConstructorToSchema } from 'class-validator-jsonschema';
import { isRecord } from '#libs/contracts';
import { notesOf, shortFormOf, type ShortFormSchema } from './field-notes.js';
import { type DecoratedField, designType, SCHEMA_CONVERTERS, type SchemaPart } from './schema-converters.js';

const transformations = storage as MetadataStorage;
const COMPARABLE: ReadonlySet<unknown> = new Set(['string', 'number', 'integer', 'boolean']);
const FORMATS: ReadonlySet<unknown> = new Set([
  ...['date', 'date-time', 'time', 'duration', 'email', 'hostname', 'ipv4', 'ipv6', 'uri', 'uuid', 'byte'],
]);

/**
 * The JSON Schema of a payload class, from its class-validator decorators. Nested classes stand in `$defs`; no class
 * takes a field that it does not have.
 * @throws TypeError when a nested field does not say its class by `@Type`
 */
export function payloadSchema(payload: Type<object>): SchemaPart {
  const definitions = new Definitions();
  const root = definitions.schemaOf(payload);
  const nested = definitions.referred;
  return Object.keys(nested).length === 0 ? root : { ...root, $defs: nested };
}

class Definitions {
  readonly #names = new Map<Type<object>, string>();
  readonly #schemas = new Map<Type<object>, SchemaPart>();

  /** Builds a class's schema, and those of the classes it refers to. */
  schemaOf(type: Type<object>): SchemaPart {
    const ready = this.#schemas.get(type);
    if (ready !== undefined) return ready;
    this.#schemas.set(type, {});
    const schema = this.#build(type);
    this.#schemas.set(type, schema);
    return schema;
  }

  /** What `$ref`s point to. */
  get referred(): Record<string, SchemaPart> {
    return Object.fromEntries([...this.#names].map(([type, name]) => [name, this.#schemas.get(type) ?? {}]));
  }

  #build(type: Type<object>): SchemaPart {
    const schema = targetConstructorToSchema(type, {
      classTransformerMetadataStorage: transformations,
      additionalConverters: {
        ...SCHEMA_CONVERTERS,
        [ValidationTypes.NESTED_VALIDATION]: (field: DecoratedField) => this.#nested(type, field),
      },
    });
    const properties = Object.entries(schema.properties ?? {}).map(([field, found]) => {
      const prototype = type.prototype as object;
      const noted = { ...withoutIdentity(found as SchemaPart), ...notesOf(prototype, field) };
      const known = withKnownFormats(isInteger(type, field) ? asInteger(noted) : noted);
      return [field, withShortForm(known, shortFormOf(prototype, field))] as const;
    });
    return { ...schema, type: 'object', properties: Object.fromEntries(properties), additionalProperties: false };
  }

  #nested(type: Type<object>, { propertyName: field, each }: DecoratedField): SchemaPart {
    const typed = transformations.findTypeMetadata(type, field) as TypeMetadata | undefined;
    const nested = typed?.typeFunction() as Type<object> | undefined;
    if (nested === undefined) {
      throw new TypeError(`field "${field}" of ${type.name} is nested; say its class by @Type(() => …)`);
    }
    const name = this.#nameOf(nested);
    this.schemaOf(nested);
    const reference = { $ref: `#/$defs/${name}` };
    return designType(type, field) === Array && !each ? { type: 'array', items: reference } : reference;
  }

  // Two classes of one name, in folders of their own, are two definitions.
  #nameOf(type: Type<object>): string {
    const known = this.#names.get(type);
    if (known !== undefined) return known;
    const taken = new Set(this.#names.values());
    let name = type.name;
    for (let number = 2; taken.has(name); number += 1) name = `${type.name}${number}`;
    this.#names.set(type, name);
    return name;
  }
}

function isInteger(type: Type<object>, field: string): boolean {
  return getMetadataStorage()
    .getTargetValidationMetadatas(type, '', true, false)
    .some((metadata) => metadata.propertyName === field && metadata.name === IS_INT);
}

// `@ArrayUnique` compares objects by reference or by what a function makes of them, and JSON has neither.
function withoutIdentity(schema: SchemaPart): SchemaPart {
  const { uniqueItems, ...rest } = schema;
  const { items } = schema;
  const comparable = isRecord(items) && COMPARABLE.has(items['type']);
  return uniqueItems === undefined || comparable ? schema : rest;
}

// Whichever decorator comes last gives the type, and `@Min` says "number".
function asInteger(schema: SchemaPart): SchemaPart {
  const { items } = schema;
  return isRecord(items) ? { ...schema, items: { ...items, type: 'integer' } } : { ...schema, type: 'integer' };
}

// A condition tells what is wrong with the form that was chosen; of alternatives it would be told of all of them.
function withShortForm(schema: SchemaPart, shortForm: ShortFormSchema | undefined): SchemaPart {
  if (shortForm === undefined) return schema;
  const { items, description, ...long } = schema;
  if (isRecord(items)) return { ...schema, items: withShortForm(items, shortForm) };
  const described = description === undefined ? {} : { description };
  return { ...described, if: { type: shortForm.type }, then: shortForm, else: long };
}

function withKnownFormats(schema: SchemaPart): SchemaPart {
  const { format, ...rest } = schema;
  const items = isRecord(rest['items']) ? { items: withKnownFormats(rest['items']) } : {};
  return { ...rest, ...items, ...(FORMATS.has(format) ? { format } : {}) };
}
