import { type ReactNode } from 'react';
import { type Schema, withField } from '../schema-form/schema';
import { SchemaField } from '../schema-form/schema-field';

/** The body of a request, or a part of it, that is being filled in. */
export type Body = Readonly<Record<string, unknown>>;

/** What fields of a body are given, and what they say of it. */
export interface BodyProps {
  readonly body: Body;
  readonly onChange: (body: Body) => void;
  /** What the gateway said is wrong, by path. */
  readonly errors: ReadonlyMap<string, string>;
}

/** What fields are given that are of one kind of body alone. */
export interface OwnFieldsProps extends BodyProps {
  /** Of the whole body. */
  readonly schema: Schema;
}

interface BodyFieldsProps extends OwnFieldsProps {
  /** Of the fields that are shown, in their order. */
  readonly names: readonly string[];
}

/** Some fields of a body. */
export function BodyFields({ schema, names, body, onChange, errors }: BodyFieldsProps): ReactNode {
  return names.map((name) => (
    <SchemaField
      key={name}
      name={name}
      path={name}
      schema={schema.properties?.[name] ?? {}}
      root={schema}
      isRequired={schema.required?.includes(name) === true}
      value={body[name]}
      onChange={(changed) => onChange(withField(body, name, changed))}
      errors={errors}
    />
  ));
}
