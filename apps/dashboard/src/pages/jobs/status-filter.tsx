import { type ReactNode } from 'react';
import { STATUSES } from './job-filter';

interface StatusFilterProps {
  /** Those asked for, joined by commas, as they stand in the address; undefined for any. */
  readonly value: string | undefined;
  readonly onChange: (statuses: string) => void;
}

/** Any number of statuses; none of them: jobs of any. */
export function StatusFilter({ value = '', onChange }: StatusFilterProps): ReactNode {
  const asked = new Set(value.split(','));
  const change = (changed: string): void =>
    onChange(STATUSES.filter((status) => asked.has(status) !== (status === changed)).join(','));
  return (
    <fieldset className="status-filter">
      <legend>Status</legend>
      {STATUSES.map((status) => (
        <label key={status}>
          <input type="checkbox" checked={asked.has(status)} onChange={() => change(status)} />
          {status}
        </label>
      ))}
    </fieldset>
  );
}
