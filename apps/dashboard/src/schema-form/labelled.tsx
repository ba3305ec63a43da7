import { type ReactNode, useId } from 'react';
import { type FieldProps } from './field-props';

interface LabelledProps {
  readonly field: FieldProps;
  readonly children: (ids: {
    readonly id: string;
    readonly 'aria-describedby': string;
    readonly 'aria-invalid': boolean;
  }) => ReactNode;
}

/** A field's name, what it means, and what is wrong with it. */
export function Labelled({ field: { name, path, schema, isRequired, errors }, children }: LabelledProps): ReactNode {
  const id = useId();
  const error = errors.get(path);
  return (
    <div className="field">
      <label htmlFor={id}>
        {name}
        {!isRequired && <span className="muted"> optional</span>}
      </label>
      {children({ id, 'aria-describedby': `${id}-about`, 'aria-invalid': error !== undefined })}
      <p id={`${id}-about`} className="muted">
        {schema.description}
        {error !== undefined && <span className="field-error"> {error}</span>}
      </p>
    </div>
  );
}
