import { type ReactNode } from 'react';

/** Says whether what is shown moves. */
export function LiveMark({ isHeld = false }: { readonly isHeld?: boolean }): ReactNode {
  return (
    <span className="live-mark" data-held={isHeld}>
      {isHeld ? 'Held while you point at it' : 'Live'}
    </span>
  );
}
