import { type ReactNode, type SubmitEvent } from 'react';
import { formText } from './form-text';

interface TextFilterProps {
  readonly name: string;
  readonly value: string | undefined;
  readonly onChange: (value: string) => void;
}

/** A filter by a text, in force when it is left or Enter is pressed. */
export function TextFilter({ name, value = '', onChange }: TextFilterProps): ReactNode {
  const take = (text: string): void => {
    if (text.trim() !== value) onChange(text.trim());
  };
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    take(formText(event.currentTarget, 'text'));
  };
  return (
    <form onSubmit={submit}>
      <label>
        {name}
        {/* What is set from elsewhere, by a link or by going back, is a new field. */}
        <input key={value} name="text" type="text" defaultValue={value} onBlur={({ target }) => take(target.value)} />
      </label>
    </form>
  );
}
