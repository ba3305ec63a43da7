import 'reflect-metadata';
const NOTES = Symbol('leveret:field-notes');
const SHORT_FORM = Symbol('leveret:short-form');

/** Adds JSON Schema to what a field's validation decorators say, such as the `anyOf` of a custom validator. */
export function FieldSchema(schema: Readonly<Record<string, unknown>>): PropertyDecorator {
  return (prototype, field) => {
    Reflect.defineMetadata(NOTES, { ...notesOf(prototype, String(field)), ...schema }, prototype, field);
  };
}

/** The field's value is shown as `"***"` wherever the payload is shown: API, dashboard, logs, dead letters, errors. */
export function Secret(): PropertyDecorator {
  return FieldSchema({ writeOnly: true });
}

/** Says what a payload's field is for, in the API and the dashboard. */
export function Describe(description: string): PropertyDecorator {
  return FieldSchema({ description });
}

/** The JSON Schema of a short form: a text or a boolean that stands for an object. */
export type ShortFormSchema = Readonly<Record<string, unknown>> & { readonly type: 'string' | readonly string[] };

/**
 * A nested field, or each item of a nested list, may also be given in a short form of other types, of which the class
 * makes an object by a `@Transform`.
 */
export function ShortForm(schema: ShortFormSchema): PropertyDecorator {
  return (prototype, field) => {
    Reflect.defineMetadata(SHORT_FORM, schema, prototype, field);
  };
}

/** The short form of a nested field, if it has one. */
export function shortFormOf(prototype: object, field: string): ShortFormSchema | undefined {
  return Reflect.getMetadata(SHORT_FORM, prototype, field) as ShortFormSchema | undefined;
}

/** What was noted about a field, in its class or a parent's. */
export function notesOf(prototype: object, field: string): Readonly<Record<string, unknown>> {
  return (Reflect.getMetadata(NOTES, prototype, field) as Record<string, unknown> | undefined) ?? {};
}
