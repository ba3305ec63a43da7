import { type ReactNode } from 'react';
import { EitherField } from './either-field';
import { FileField } from './file-field';
import { JsonField } from './json-field';
import { ListField } from './list-field';
import { ObjectField } from './object-field';
import { PlaceholderOr, useTakesPlaceholders } from './placeholders';
import { ChoiceField, NumberField, SwitchField } from './plain-fields';
import { TextField } from './text-field';
import { TimeField } from './time-field';
import { type FieldProps, type OuterFieldProps } from './field-props';
import { type Kind, kindOf, resolved } from './schema';

const FIELDS: Readonly<Record<Kind, (props: OuterFieldProps) => ReactNode>> = {
  choice: ChoiceField,
  text: TextField,
  number: NumberField,
  switch: SwitchField,
  time: TimeField,
  file: FileField,
  object: ObjectField,
  either: EitherField,
  list: ListField,
  json: JsonField,
};

/** In these any text can be written as it is. */
const WRITTEN: readonly Kind[] = ['text', 'json'];

/** The field that fits a schema, or a placeholder in its stead where there may be one. */
export function SchemaField(props: FieldProps): ReactNode {
  const takesPlaceholders = useTakesPlaceholders();
  const schema = resolved(props.schema, props.root);
  const field = <GivenField {...props} />;
  if (!takesPlaceholders || WRITTEN.includes(kindOf(schema))) return field;
  return <PlaceholderOr field={{ ...props, schema }}>{field}</PlaceholderOr>;
}

/** The field that fits a schema. The forms of one value are fields of that value: a placeholder stands for all of them. */
function GivenField(props: FieldProps): ReactNode {
  const schema = resolved(props.schema, props.root);
  const kind = kindOf(schema);
  const Field = FIELDS[kind];
  return <Field {...props} schema={schema} Inner={kind === 'either' ? GivenField : SchemaField} />;
}
