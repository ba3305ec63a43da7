import { type ReactNode, useId } from 'react';

interface JsonEditorProps {
  readonly label: string;
  readonly text: string;
  readonly onChange: (text: string) => void;
}

/** A text that has to be JSON; says so while it is not. */
export function JsonEditor({ label, text, onChange }: JsonEditorProps): ReactNode {
  const id = useId();
  const read = readJson(text);
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <textarea
        id={id}
        className="code"
        rows={Math.min(18, text.split('\n').length + 2)}
        spellCheck={false}
        value={text}
        aria-invalid={!read.isJson}
        aria-describedby={`${id}-problem`}
        onChange={({ target }) => onChange(target.value)}
      />
      <p id={`${id}-problem`} className="field-error">
        {read.isJson ? '' : read.problem}
      </p>
    </div>
  );
}

type ReadJson =
  { readonly isJson: true; readonly value: unknown } | { readonly isJson: false; readonly problem: string };

/** What a text means, or why it means nothing. */
export function readJson(text: string): ReadJson {
  try {
    return { isJson: true, value: JSON.parse(text) as unknown };
  } catch (error) {
    return { isJson: false, problem: error instanceof Error ? error.message : String(error) };
  }
}
