import { type ReactNode } from 'react';
import { FileField } from './file-field';
import { JsonField } from './json-field';
import { ListField } from './list-field';
import { ObjectField } from './object-field';
import { ChoiceField, NumberField, SwitchField, TextField } from './plain-fields';
import { type FieldProps, type OuterFieldProps } from './field-props';
import { type Kind, kindOf, resolved } from './schema';

const FIELDS: Readonly<Record<Kind, (props: OuterFieldProps) => ReactNode>> = {
  choice: ChoiceField,
  text: TextField,
  number: NumberField,
  switch: SwitchField,
  file: FileField,
  object: ObjectField,
  list: ListField,
  json: JsonField,
};

/** The field that fits a schema. */
export function SchemaField(props: FieldProps): ReactNode {
  const schema = resolved(props.schema, props.root);
  const Field = FIELDS[kindOf(schema)];
  return <Field {...props} schema={schema} Inner={SchemaField} />;
}
