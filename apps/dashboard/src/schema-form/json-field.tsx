import { type ReactNode, useState } from 'react';
import { readJson } from '../ui/json-editor';
import { Labelled } from './labelled';
import { type FieldProps } from './field-props';

/** A value of any shape, as JSON. It counts as soon as it is JSON; until then the form around it cannot be sent. */
export function JsonField(field: FieldProps): ReactNode {
  const { value, onChange } = field;
  const [text, setText] = useState(value === undefined ? '' : JSON.stringify(value, null, 2));
  const change = (changed: string): void => {
    setText(changed);
    const read = readJson(changed);
    if (read.isJson) onChange(read.value);
    else if (changed.trim() === '') onChange(undefined);
  };
  const isWrong = text.trim() !== '' && !readJson(text).isJson;
  const judge = (area: HTMLTextAreaElement | null): void => area?.setCustomValidity(isWrong ? 'This is no JSON.' : '');
  return (
    <Labelled field={field}>
      {(ids) => (
        <textarea
          {...ids}
          ref={judge}
          className="code"
          rows={3}
          spellCheck={false}
          placeholder="JSON"
          aria-invalid={ids['aria-invalid'] || isWrong}
          value={text}
          onChange={({ target }) => change(target.value)}
        />
      )}
    </Labelled>
  );
}
