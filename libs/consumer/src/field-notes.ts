import 'reflect-metadata';
const NOTES = Symbol('leveret:field-notes');

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

/** What was noted about a field, in its class or a parent's. */
export function notesOf(prototype: object, field: string): Readonly<Record<string, unknown>> {
  return (Reflect.getMetadata(NOTES, prototype, field) as Record<string, unknown> | undefined) ?? {};
}
