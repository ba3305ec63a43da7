/** Parts of the JSON Schema of the file of connections. */
export const TEXT = { type: 'string', minLength: 1 } as const;
export const NAME = '^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$';

/** What an object of some type has beside its `type`. */
export interface TypeFields {
  readonly required: readonly string[];
  readonly optional: readonly string[];
}

/** An object of these properties and no others. */
export function closed(properties: object, required: readonly string[] = []): object {
  return { type: 'object', additionalProperties: false, properties, required };
}

/** An object of one of some types, which its `type` names, with the properties of this type and no others. */
export function oneOfTypes(fields: Readonly<Record<string, TypeFields>>, properties: object): object {
  return {
    ...closed({ type: { enum: Object.keys(fields) }, ...properties }, ['type']),
    allOf: Object.entries(fields).map(([type, { required, optional }]) => ({
      if: { properties: { type: { const: type } }, required: ['type'] },
      then: { required, propertyNames: { enum: ['type', ...required, ...optional] } },
    })),
  };
}
