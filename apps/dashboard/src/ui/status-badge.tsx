import { type ReactNode } from 'react';

/** The state of something: a word, with a mark whose colour only helps. */
export function StatusBadge({ status }: { readonly status: string }): ReactNode {
  return (
    <span className="status" data-status={status}>
      {status}
    </span>
  );
}
