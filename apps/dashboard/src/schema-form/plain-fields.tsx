import { type ReactNode } from 'react';
import { Labelled } from './labelled';
import { type FieldProps } from './field-props';
import { choicesOf } from './schema';

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
  const choices = choicesOf(schema);
  return (
    <Labelled field={field}>
      {(ids) => (
        <select
          {...ids}
          value={typeof value === 'string' || typeof value === 'number' ? value : ''}
          onChange={({ target }) => onChange(choices.find((choice) => String(choice) === target.value))}
        >
          <NotGiven schema={schema} />
          {choices.map((choice) => (
            <option key={choice}>{choice}</option>
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
export function hintOf(value: unknown): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
