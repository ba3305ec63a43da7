const NOTES = Symbol('leveret:field-notes');

/** What a payload's JSON Schema says of a field beside its validation. */
export interface FieldNotes {
  readonly writeOnly?: true;
  readonly description?: string;
}

/** The field's value is shown as `"***"` wherever the payload is shown: API, dashboard, logs, dead letters, errors. */
export function Secret(): PropertyDecorator {
  return note({ writeOnly: true });
}

/** Says what a payload's field is for, in the API and the dashboard. */
export function Describe(description: string): PropertyDecorator {
  return note({ description });
}

/** The notes of a field, its parent classes' included. */
export function notesOf(prototype: object, field: string): FieldNotes {
  return (Reflect.getMetadata(NOTES, prototype, field) as FieldNotes | undefined) ?? {};
}

function note(notes: FieldNotes): PropertyDecorator {
  return (prototype, field) => {
    Reflect.defineMetadata(NOTES, { ...notesOf(prototype, String(field)), ...notes }, prototype, field);
  };
}
