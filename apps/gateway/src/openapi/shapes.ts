/** A JSON Schema in the OpenAPI document. */
export type Schema = Readonly<Record<string, unknown>>;

export const text: Schema = { type: 'string' };
export const number: Schema = { type: 'number', minimum: 0 };
export const count: Schema = { type: 'integer', minimum: 0 };
export const time: Schema = { type: 'string', format: 'date-time' };
export const id: Schema = { type: 'string', format: 'uuid' };

export function orNull(schema: Schema): Schema {
  return { ...schema, type: [schema['type'], 'null'] };
}

/** The shape of this name. */
export function ref(name: string): Schema {
  return { $ref: `#/components/schemas/${name}` };
}

type Fields = Readonly<Record<string, Schema>>;

/** An object that always has all of these fields, and now and then others. */
export function whole(always: Fields, sometimes: Fields = {}): Schema {
  return { type: 'object', required: Object.keys(always), properties: { ...always, ...sometimes } };
}

/** What is wrong with fields of a request. */
export const errors: Schema = { type: 'array', items: whole({ path: text, message: text }) };

/** Why a schedule or a trigger has started no job; null when it has. */
export const noJobReason: Schema = {
  oneOf: [whole({ code: text, message: text }, { errors }), { type: 'null' }],
};

/** A part of a list of the shape of this name. */
export function page(name: string): Schema {
  return whole({
    data: { type: 'array', items: ref(name) },
    nextCursor: { ...orNull(text), description: 'Null at the end.' },
  });
}
