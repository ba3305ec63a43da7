import { type ErrorObject } from 'ajv';
import { nearest } from '#libs/config';

/** A field's name of so many letters or more may hold two slips; a shorter one is near to too many others. */
const TWO_SLIPS_FROM = 6;

/** Words for the types of JSON Schema and for what comes in their place. */
const TYPES = new Map([
  ['object', 'an object'],
  ['array', 'an array'],
  ['string', 'a string'],
  ['integer', 'an integer'],
  ['number', 'a number'],
  ['boolean', 'true or false'],
  ['null', 'null'],
]);

type Told = (error: ErrorObject) => string | undefined;

const TELLERS: Readonly<Record<string, Told>> = {
  additionalProperties: unknownField,
  unevaluatedProperties: unknownField,
  'false schema': () => 'does not go together with the other fields',
  required: () => 'is required',
  dependentRequired: () => 'is required',
  enum: ({ params }) => `must be one of ${JSON.stringify(params['allowedValues'])}`,
  type: otherType,
  pattern: asDescribed,
  not: ruledOut,
  anyOf: otherChoice,
  oneOf: otherChoice,
};

/** What a JSON Schema found wrong, as the end of a sentence that begins with the path. Never a value of the data. */
export function messageOf(error: ErrorObject): string {
  if (refusedName(error) !== undefined) return 'is a name that may not stand here';
  return TELLERS[error.keyword]?.(error) ?? error.message ?? 'is invalid';
}

/** The name of a field that may not be called so; undefined when the error is about something else. */
export function refusedName({ keyword, params, propertyName }: ErrorObject): string | undefined {
  return propertyName ?? (keyword === 'propertyNames' ? (params['propertyName'] as string) : undefined);
}

/** Whether one message says all about a choice, so that none of its branches has to be told. */
export function isChoiceToldAsOne(error: ErrorObject): boolean {
  return ['anyOf', 'oneOf'].includes(error.keyword) && otherChoice(error) !== undefined;
}

function unknownField({ params, parentSchema }: ErrorObject): string {
  const name = String(params['additionalProperty'] ?? params['unevaluatedProperty']);
  const known = Object.keys((parentSchema?.['properties'] ?? {}) as object);
  const meant = nearest(name, known, name.length < TWO_SLIPS_FROM ? 1 : 2);
  return `is no known field${meant === undefined ? '' : `; did you mean ${meant}?`}`;
}

function otherType({ params, data, parentSchema }: ErrorObject): string {
  const types = [params['type'] as string | string[]].flat();
  const names = types.map((type) => (type === 'object' ? objectOf(parentSchema) : (TYPES.get(type) ?? type)));
  return `must be ${names.join(' or ')}, not ${typeOf(data, types)}`;
}

function objectOf(schema: ErrorObject['parentSchema']): string {
  const required = (schema?.['required'] ?? []) as readonly string[];
  return required.length === 0 ? 'an object' : `an object with ${required.join(' and ')}`;
}

function typeOf(data: unknown, wanted: readonly string[]): string {
  if (data === null) return 'null';
  if (typeof data === 'number' && wanted.includes('integer')) return 'a fraction';
  return TYPES.get(Array.isArray(data) ? 'array' : typeof data) ?? typeof data;
}

/** One name of the list for each branch that does nothing but require fields. */
function otherChoice(error: ErrorObject): string | undefined {
  const groups = requiredByBranch(error.schema);
  if (groups === undefined) return asDescribed(error);
  const named = groups.map((names) => names.join(' and '));
  if (Array.isArray(error.params['passingSchemas'])) return `may have only one of: ${named.join('; ')}`;
  return `needs ${named.length === 2 ? `either ${named.join(', or ')}` : `one of: ${named.join('; ')}`}`;
}

function requiredByBranch(branches: unknown): readonly (readonly string[])[] | undefined {
  const groups = (branches as readonly Readonly<Record<string, unknown>>[]).map((branch) =>
    Object.keys(branch).join() === 'required' ? (branch['required'] as readonly string[]) : [],
  );
  return groups.some(({ length }) => length === 0) ? undefined : groups;
}

function ruledOut(error: ErrorObject): string | undefined {
  const [names] = requiredByBranch([error.schema]) ?? [];
  return names === undefined ? asDescribed(error) : `may not have ${names.join(' together with ')}`;
}

/** Descriptions that begin small are written to go on with the sentence; others are sentences of their own. */
function asDescribed({ parentSchema }: ErrorObject): string | undefined {
  const description: unknown = parentSchema?.['description'] ?? parentSchema?.['title'];
  if (typeof description !== 'string' || description === '') return undefined;
  return /^\p{Lu}/u.test(description) ? `does not fit: ${description}` : `must be ${description}`;
}
