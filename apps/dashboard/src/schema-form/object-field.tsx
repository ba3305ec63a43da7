import { type ReactNode } from 'react';
import { recordOf, withField } from './schema';
import { type OuterFieldProps } from './field-props';

/** An object: its fields, those that are required first. */
export function ObjectField({ name, path, schema, root, value, onChange, errors, Inner }: OuterFieldProps): ReactNode {
  const { properties = {}, required = [] } = schema;
  const names = Object.keys(properties).sort(
    (one, other) => Number(required.includes(other)) - Number(required.includes(one)),
  );
  const given = recordOf(value);
  return (
    <fieldset>
      <legend>{name}</legend>
      {names.map((field) => (
        <Inner
          key={field}
          name={field}
          path={`${path}.${field}`}
          schema={properties[field] ?? {}}
          root={root}
          isRequired={required.includes(field)}
          value={given[field]}
          onChange={(changed) => onChange(orNothing(withField(given, field, changed)))}
          errors={errors}
        />
      ))}
      {errors.has(path) && <p className="field-error">{errors.get(path)}</p>}
    </fieldset>
  );
}

/** An object of which nothing is given is not given itself. */
function orNothing(value: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> | undefined {
  return Object.keys(value).length === 0 ? undefined : value;
}
