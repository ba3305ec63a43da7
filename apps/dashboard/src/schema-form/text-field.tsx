import { type ReactNode, useState } from 'react';
import { Labelled } from './labelled';
import { type FieldProps } from './field-props';
import { hintOf } from './plain-fields';
import { isTextOrNumber, type Schema } from './schema';

const NUMBER = /^\d{1,15}$/;

/** A text: a line, several where the task says so or where there are several, or one that nobody is to read over a shoulder. */
export function TextField(field: FieldProps): ReactNode {
  const { schema, value, onChange } = field;
  const text = typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  // It stays what it is while it is typed into: another would be without the focus.
  const [isLong] = useState(() => takesLines(schema, text));
  const takes = {
    ...{ maxLength: schema.maxLength, placeholder: hintOf(schema.default), value: text },
    onChange: ({ target }: { readonly target: { readonly value: string } }) => onChange(valueOf(target.value, schema)),
  };
  return (
    <Labelled field={field}>
      {(ids) =>
        isLong ? (
          <textarea {...ids} {...takes} rows={5} />
        ) : (
          <input
            {...ids}
            {...takes}
            type={schema.writeOnly === true ? 'password' : 'text'}
            inputMode={isMailbox(schema) ? 'email' : undefined}
            autoComplete="off"
          />
        )
      }
    </Labelled>
  );
}

/** A field of one line would drop the ends of lines. */
function takesLines({ contentMediaType }: Schema, text: string): boolean {
  return contentMediaType?.startsWith('text/') === true || text.includes('\n');
}

function isMailbox({ format, pattern }: Schema): boolean {
  return format === 'email' || pattern?.includes('@') === true;
}

function valueOf(text: string, schema: Schema): string | number | undefined {
  if (text === '') return undefined;
  return isTextOrNumber(schema) && NUMBER.test(text) ? Number(text) : text;
}
