import { type ReactNode } from 'react';

interface PriorityFieldProps {
  readonly value: number;
  readonly onChange: (priority: number) => void;
}

export function PriorityField({ value, onChange }: PriorityFieldProps): ReactNode {
  return (
    <label>
      Priority, 0 to 9; higher goes first
      <input
        type="number"
        min={0}
        max={9}
        required
        // What is emptied to be written anew is no number meanwhile.
        value={Number.isNaN(value) ? '' : value}
        onChange={({ target }) => onChange(target.valueAsNumber)}
      />
    </label>
  );
}
