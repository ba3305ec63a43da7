import { type ReactNode } from 'react';
import { leveret } from '../api/leveret';
import { useAction } from '../api/use-action';
import { type FieldProps } from './field-props';
import { Labelled } from './labelled';
import { recordOf } from './schema';

/** A file: one that is uploaded now, or the key of one that was. */
export function FileField(field: FieldProps): ReactNode {
  const { value, name, onChange } = field;
  const key = recordOf(value)['key'];
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
            placeholder="The key of an uploaded file"
            value={typeof key === 'string' ? key : ''}
            onChange={({ target }) => onChange(target.value === '' ? undefined : { key: target.value })}
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
