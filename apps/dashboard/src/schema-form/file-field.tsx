import { type ReactNode } from 'react';
import { leveret } from '../api/leveret';
import { useAction } from '../api/use-action';
import { type FieldProps } from './field-props';
import { Labelled } from './labelled';
import { recordOf } from './schema';

const ADDRESS = /^https?:/;

/** A file: one that is uploaded now, the key of one that was, or its address on the web where the task takes one. */
export function FileField(field: FieldProps): ReactNode {
  const { value, name, onChange, schema } = field;
  const named = typeof value === 'string' ? value : recordOf(value)['key'];
  const takesAddress = schema.then?.type === 'string';
  const { mutate, isPending } = useAction(
    (file: File) => leveret.files.upload(file),
    ({ filename }) => `${filename} is uploaded.`,
  );
  const upload = (file: File | undefined): void => {
    // The link is for people; a payload names the file.
    if (file !== undefined) mutate(file, { onSuccess: ({ url, ...reference }) => onChange(reference) });
  };
  return (
    <Labelled field={field}>
      {(ids) => (
        <div className="file-field">
          <input
            {...ids}
            type="text"
            placeholder={takesAddress ? 'The key of an uploaded file, or a URL' : 'The key of an uploaded file'}
            value={typeof named === 'string' ? named : ''}
            onChange={({ target }) => onChange(fileNamed(target.value, takesAddress))}
          />
          <label className="button" aria-busy={isPending}>
            Upload a file
            <input
              className="unseen"
              type="file"
              aria-label={`Upload a file for ${name}`}
              onChange={({ target }) => upload(target.files?.[0])}
            />
          </label>
        </div>
      )}
    </Labelled>
  );
}

function fileNamed(text: string, takesAddress: boolean): unknown {
  if (text === '') return undefined;
  return takesAddress && ADDRESS.test(text) ? text : { key: text };
}
