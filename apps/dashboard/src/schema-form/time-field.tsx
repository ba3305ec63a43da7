import { type ReactNode } from 'react';
import { isoOf, localText } from '../ui/local-time';
import { Labelled } from './labelled';
import { type FieldProps } from './field-props';

/** A time, which is chosen in the viewer's zone. */
export function TimeField(field: FieldProps): ReactNode {
  const { value, onChange } = field;
  return (
    <Labelled field={field}>
      {(ids) => (
        <input
          {...ids}
          type="datetime-local"
          value={localText(typeof value === 'string' ? value : undefined)}
          onChange={({ target }) => onChange(isoOf(target.value))}
        />
      )}
    </Labelled>
  );
}
