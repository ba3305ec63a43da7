import { X } from 'lucide-react';
import { type ReactNode, type SubmitEvent } from 'react';
import { formText } from '../../ui/form-text';

interface MetadataFiltersProps {
  readonly metadata: Readonly<Record<string, string>>;
  readonly onChange: (key: string, value: string) => void;
}

/** Filters by what jobs have in their metadata: those in force, and a field for another as `key=value`. */
export function MetadataFilters({ metadata, onChange }: MetadataFiltersProps): ReactNode {
  const add = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const [key = '', ...rest] = formText(event.currentTarget, 'pair').split('=');
    const value = rest.join('=').trim();
    if (key.trim() === '' || value === '') return;
    onChange(key.trim(), value);
    event.currentTarget.reset();
  };
  return (
    <>
      <form onSubmit={add}>
        <label>
          Metadata
          <input name="pair" type="text" placeholder="key=value, Enter" />
        </label>
      </form>
      {Object.entries(metadata).map(([key, value]) => (
        <button key={key} type="button" className="chip" onClick={() => onChange(key, '')}>
          {key}={value}
          <X size={12} aria-label="Take this filter away" />
        </button>
      ))}
    </>
  );
}
