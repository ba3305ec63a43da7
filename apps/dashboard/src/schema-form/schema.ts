/** What the form understands of JSON Schema. Tasks announce theirs; the gateway alone judges a payload by it. */
export interface Schema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly format?: string;
  readonly contentMediaType?: string;
  readonly anyOf?: readonly Schema[];
  readonly writeOnly?: boolean;
  /** A short form of what `else` describes at length: a text in the place of an object, one value in that of a list. */
  readonly if?: { readonly type?: unknown };
  readonly then?: Schema;
  readonly else?: Schema;
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
}

/** Which field a value gets. What no field fits is written as JSON. */
export type Kind = 'choice' | 'text' | 'number' | 'switch' | 'time' | 'file' | 'object' | 'either' | 'list' | 'json';

/** A range of whole numbers of which each can be offered. */
const LONGEST_RANGE = 20;
const LOCAL = '#/$defs/';
const KINDS: Readonly<Record<string, Kind>> = {
  string: 'text',
  number: 'number',
  integer: 'number',
  boolean: 'switch',
};

/**
 * The schema that a reference leads to within the task's own, which is the only place that one may lead to. Of a value with a
 * short form it is that of the long one, and of one that may be given alone or in a list that of the list.
 */
export function resolved(schema: Schema, root: Schema): Schema {
  const { $ref, ...beside } = schema;
  if ($ref?.startsWith(LOCAL) === true) return resolved({ ...root.$defs?.[$ref.slice(LOCAL.length)], ...beside }, root);
  const { if: condition, else: long, ...rest } = schema;
  if (condition?.type !== undefined && long !== undefined) return resolved({ ...long, ...rest }, root);
  return asList(schema) ?? asEither(schema) ?? schema;
}

/** A value or a list of such: the value alone is the short form. */
function asList({ anyOf, ...schema }: Schema): Schema | undefined {
  const list = anyOf?.find(({ type }) => type === 'array');
  const alone = anyOf?.find(({ type }) => type !== 'array');
  if (list !== undefined) return { ...list, ...schema, ...(alone !== undefined && { then: alone }) };
  const types = [schema.type ?? []].flat();
  if (schema.items === undefined || !types.includes('array')) return undefined;
  const others = types.filter((type) => type !== 'array');
  return { ...schema, type: 'array', ...(others.length > 0 && { then: { type: others } }) };
}

/** A text or an object: the text is the short form. */
function asEither({ anyOf, ...schema }: Schema): Schema | undefined {
  const long = anyOf?.find(({ properties }) => properties !== undefined);
  const short = anyOf?.find(({ type }) => type === 'string');
  return long === undefined || short === undefined ? undefined : { ...long, ...schema, then: short };
}

export function kindOf(schema: Schema): Kind {
  const { type, properties, items } = schema;
  if (choicesOf(schema).length > 0) return 'choice';
  if (properties !== undefined) return kindOfObject(properties, schema);
  if (type === 'array' && items !== undefined) return 'list';
  if (isTextOrNumber(schema)) return 'text';
  if (type === 'string' && schema.format === 'date-time') return 'time';
  return typeof type === 'string' ? (KINDS[type] ?? 'json') : 'json';
}

function kindOfObject(properties: Readonly<Record<string, Schema>>, { then: short }: Schema): Kind {
  if (isFileReference(properties)) return 'file';
  return short?.type === undefined ? 'object' : 'either';
}

/** The values that can be chosen of; none where there are others, too. */
export function choicesOf({ enum: choices, anyOf = [] }: Schema): readonly (string | number)[] {
  if (choices !== undefined) return choices.every(isNamed) ? choices : [];
  const each = anyOf.map((one) => (one.type === 'integer' ? rangeOf(one) : choicesOf(one)));
  return each.every(({ length }) => length > 0) ? each.flat() : [];
}

function isNamed(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
}

function rangeOf({ minimum, maximum }: Schema): readonly number[] {
  if (minimum === undefined || maximum === undefined || maximum - minimum >= LONGEST_RANGE) return [];
  return Array.from({ length: maximum - minimum + 1 }, (_, step) => minimum + step);
}

/** A duration: a number of milliseconds, or a text that says more. */
export function isTextOrNumber({ anyOf = [] }: Schema): boolean {
  const types = anyOf.map(({ type }) => type);
  return types.includes('string') && types.every((type) => type === 'string' || type === 'integer');
}

/** What a stored file is named by, in every task. */
function isFileReference(properties: Readonly<Record<string, Schema>>): boolean {
  return ['key', 'sha256', 'contentType'].every((name) => name in properties);
}

/** What is sent of a list: its one item alone where that may be, since some tasks take no list of one in its place. */
export function valueOfList(items: readonly unknown[], { then: alone }: Schema): unknown {
  const [first] = items;
  if (items.length === 1 && first !== undefined && alone !== undefined) return first;
  return items.length === 0 ? undefined : items;
}

/** An object with a field changed, in its place, or without it: what is not given is not sent. */
export function withField(value: unknown, name: string, field: unknown): Readonly<Record<string, unknown>> {
  const { [name]: _, ...others } = recordOf(value);
  return field === undefined ? others : { ...recordOf(value), [name]: field };
}

/** A value as an object; an empty one for anything else. */
export function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}
