import { type ReactNode } from 'react';

interface ChoiceProps<Key extends string> {
  readonly label: string;
  /** What can be chosen, and how it is called. */
  readonly choices: Readonly<Record<Key, string>>;
  readonly chosen: Key;
  readonly onChoice: (key: Key) => void;
}

/** One of a few, all of which are seen. */
export function Choice<Key extends string>({ label, choices, chosen, onChoice }: ChoiceProps<Key>): ReactNode {
  return (
    <div className="choice" role="group" aria-label={label}>
      {(Object.entries(choices) as [Key, string][]).map(([key, name]) => (
        <button key={key} type="button" aria-pressed={key === chosen} onClick={() => onChoice(key)}>
          {name}
        </button>
      ))}
    </div>
  );
}
