import { type ReactNode } from 'react';

interface TimeFilterProps {
  readonly name: string;
  /** ISO 8601, as it stands in the address. */
  readonly value: string | undefined;
  readonly onChange: (at: string) => void;
}

/** A filter by a time, which is chosen in the viewer's zone. */
export function TimeFilter({ name, value, onChange }: TimeFilterProps): ReactNode {
  const set = (local: string): void => onChange(local === '' ? '' : new Date(local).toISOString());
  return (
    <label>
      {name}
      <input type="datetime-local" value={localText(value)} onChange={({ target }) => set(target.value)} />
    </label>
  );
}

/** A time as the browser's field has it: in the viewer's zone, without naming it. */
function localText(at: string | undefined): string {
  const date = new Date(at ?? '');
  if (Number.isNaN(date.getTime())) return '';
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
