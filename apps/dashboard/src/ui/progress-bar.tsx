import { type Progress } from '#libs/sdk';
import { type ReactNode } from 'react';

export function ProgressBar({ progress: { percent, message } }: { readonly progress: Progress }): ReactNode {
  return (
    <span className="progress">
      <progress max={100} value={percent} aria-label="Progress" />
      <span className="muted">
        {Math.round(percent)} % {message}
      </span>
    </span>
  );
}
