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
  readonly format?: string;
  readonly writeOnly?: boolean;
  /** A short form of what `else` describes at length: a text in the place of an object. */
  readonly if?: { readonly type?: unknown };
  readonly then?: Schema;
  readonly else?: Schema;
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
}

/** Which field a value gets. What no field fits is written as JSON. */
export type Kind = 'choice' | 'text' | 'number' | 'switch' | 'file' | 'object' | 'list' | 'json';

const LOCAL = '#/$defs/';
const KINDS: Readonly<Record<string, Kind>> = {
  string: 'text',
  number: 'number',
  integer: 'number',
  boolean: 'switch',
};

/**
 * The schema that a reference leads to within the task's own, which is the only place that one may lead to. Of a value with a
 * short form it is that of the long one.
 */
export function resolved(schema: Schema, root: Schema): Schema {
  const { $ref, ...beside } = schema;
  if ($ref?.startsWith(LOCAL) === true) return resolved({ ...root.$defs?.[$ref.slice(LOCAL.length)], ...beside }, root);
  const { if: condition, else: long, ...rest } = schema;
  return condition?.type !== undefined && long !== undefined ? resolved({ ...long, ...rest }, root) : schema;
}

export function kindOf({ enum: choices, type, properties, items }: Schema): Kind {
  if (choices?.every((choice) => typeof choice === 'string') === true) return 'choice';
  if (properties !== undefined) return isFileReference(properties) ? 'file' : 'object';
  if (type === 'array' && items !== undefined) return 'list';
  return typeof type === 'string' ? (KINDS[type] ?? 'json') : 'json';
}

/** What a stored file is named by, in every task. */
function isFileReference(properties: Readonly<Record<string, Schema>>): boolean {
  return ['key', 'sha256', 'contentType'].every((name) => name in properties);
}

/** An object without a field: what is not given is not sent. */
export function withField(value: unknown, name: string, field: unknown): Readonly<Record<string, unknown>> {
  const { [name]: _, ...others } = recordOf(value);
  return field === undefined ? others : { ...others, [name]: field };
}

/** A value as an object; an empty one for anything else. */
export function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}
