import { type Task } from '#libs/sdk';
import { type ReactNode } from 'react';
import { withField } from '../schema-form/schema';
import { SchemaField } from '../schema-form/schema-field';
import { type BodyProps } from './body-fields';
import { hidesSecrets } from './changes';

interface PayloadFieldProps extends BodyProps {
  readonly task: Task;
}

/** What the task works on, with fields for what its schema has. */
export function PayloadField({ task: { schema }, body, onChange, errors }: PayloadFieldProps): ReactNode {
  return (
    <>
      <SchemaField
        name="Payload"
        path="payload"
        schema={schema}
        root={schema}
        isRequired
        value={body['payload']}
        onChange={(payload) => onChange(withField(body, 'payload', payload))}
        errors={errors}
      />
      {hidesSecrets(body['payload']) && (
        <p className="muted">
          Secret fields are shown as &quot;***&quot;: give them again with any change of the payload.
        </p>
      )}
    </>
  );
}
