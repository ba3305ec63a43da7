import { type JobError } from '#libs/sdk';
import { type ReactNode } from 'react';
import { Time } from '../../ui/time';

export function ErrorBox({
  error: { code, message, permanent, attempt, at },
}: {
  readonly error: JobError;
}): ReactNode {
  return (
    <div className="problem error-box">
      <p>
        <code>{code}</code>
        <span>
          {permanent ? 'permanent, ' : ''}attempt {attempt}, <Time at={at} />
        </span>
      </p>
      <pre>{message}</pre>
    </div>
  );
}
