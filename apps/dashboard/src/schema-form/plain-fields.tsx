import { type ReactNode } from 'react';
import { Labelled } from './labelled';
import { type FieldProps } from './field-props';

export function TextField(field: FieldProps): ReactNode {
  const { schema, value, onChange } = field;
  return (
    <Labelled field={field}>
      {(ids) => (
        <input
          {...ids}
          type={schema.writeOnly === true ? 'password' : 'text'}
          autoComplete="off"
          maxLength={schema.maxLength}
          placeholder={hintOf(schema.default)}
          value={typeof value === 'string' ? value : ''}
          onChange={({ target }) => onChange(target.value === '' ? undefined : target.value)}
        />
      )}
    </Labelled>
  );
}

export function NumberField(field: FieldProps): ReactNode {
  const { schema, value, onChange } = field;
  return (
    <Labelled field={field}>
      {(ids) => (
        <input
          {...ids}
          type="number"
          step={schema.type === 'integer' ? 1 : 'any'}
          min={schema.minimum}
          max={schema.maximum}
          placeholder={hintOf(schema.default)}
          value={typeof value === 'number' ? value : ''}
          onChange={({ target }) => onChange(target.value === '' ? undefined : target.valueAsNumber)}
        />
      )}
    </Labelled>
  );
}

export function ChoiceField(field: FieldProps): ReactNode {
  const { schema, value, onChange } = field;
  return (
    <Labelled field={field}>
      {(ids) => (
        <select
          {...ids}
          value={typeof value === 'string' ? value : ''}
          onChange={({ target }) => onChange(target.value === '' ? undefined : target.value)}
        >
          <NotGiven schema={schema} />
          {schema.enum?.map((choice) => (
            <option key={String(choice)}>{String(choice)}</option>
          ))}
        </select>
      )}
    </Labelled>
  );
}

export function SwitchField(field: FieldProps): ReactNode {
  const { schema, value, onChange } = field;
  const text = typeof value === 'boolean' ? String(value) : '';
  return (
    <Labelled field={field}>
      {(ids) => (
        <select
          {...ids}
          value={text}
          onChange={({ target }) => onChange(target.value === '' ? undefined : target.value === 'true')}
        >
          <NotGiven schema={schema} />
          <option value="true">yes</option>
          <option value="false">no</option>
        </select>
      )}
    </Labelled>
  );
}

/** The choice of none, with what counts then. */
function NotGiven({ schema }: Pick<FieldProps, 'schema'>): ReactNode {
  const hint = hintOf(schema.default);
  return <option value="">{hint === '' ? 'not given' : `not given (${hint})`}</option>;
}

/** What counts when nothing is given. */
function hintOf(value: unknown): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
