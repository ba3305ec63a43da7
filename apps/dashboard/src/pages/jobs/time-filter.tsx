import { type ReactNode } from 'react';
import { isoOf, localText } from '../../ui/local-time';

interface TimeFilterProps {
  readonly name: string;
  /** ISO 8601, as it stands in the address. */
  readonly value: string | undefined;
  readonly onChange: (at: string) => void;
}

/** A filter by a time, which is chosen in the viewer's zone. */
export function TimeFilter({ name, value, onChange }: TimeFilterProps): ReactNode {
  return (
    <label>
      {name}
      <input
        type="datetime-local"
        value={localText(value)}
        onChange={({ target }) => onChange(isoOf(target.value) ?? '')}
      />
    </label>
  );
}
