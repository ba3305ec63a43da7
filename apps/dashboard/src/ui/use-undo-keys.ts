import { useEffect } from 'react';

/** Ctrl+Z, or Cmd+Z, undoes from wherever nothing is written. A key that is kept down undoes once. */
export function useUndoKeys(undo: (() => void) | undefined): void {
  useEffect(() => {
    if (undo === undefined) return undefined;
    const onKey = (event: KeyboardEvent): void => {
      if (event.key.toLowerCase() !== 'z' || !(event.ctrlKey || event.metaKey) || isWritten(event.target)) return;
      event.preventDefault();
      if (!event.repeat) undo();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [undo]);
}

/** Whether keys change a text there, which has an undoing of its own. */
function isWritten(target: EventTarget | null): boolean {
  return target instanceof Element && target.matches('input:not([type=checkbox]), textarea');
}
