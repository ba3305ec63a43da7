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

/** An object that always has all of these fields. */
export function whole(properties: Readonly<Record<string, Schema>>): Schema {
  return { type: 'object', required: Object.keys(properties), properties };
}

/** A part of a list of the shape of this name. */
export function page(name: string): Schema {
  return whole({
    data: { type: 'array', items: ref(name) },
    nextCursor: { ...orNull(text), description: 'Null at the end.' },
  });
}
