import { type ReactNode, useEffect } from 'react';
import { Button } from './button';
import { type Notice } from './notice-list';

/** Keeps what a notice tells of from going on. There is little time for it: who uses keys need not walk to it first. */
export function NoticeButton({ button }: { readonly button: NonNullable<Notice['button']> }): ReactNode {
  const { name, press, isUndo = false } = button;
  useEffect(() => {
    if (!isUndo) return undefined;
    const onKey = (event: KeyboardEvent): void => {
      if (event.key.toLowerCase() !== 'z' || !(event.ctrlKey || event.metaKey) || isWritten(event.target)) return;
      event.preventDefault();
      press();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [isUndo, press]);
  return (
    <Button onClick={press} {...(isUndo ? { 'aria-keyshortcuts': 'Control+Z Meta+Z' } : {})}>
      {name}
      {isUndo && <kbd className="wide-only">Ctrl Z</kbd>}
    </Button>
  );
}

/** Whether keys change a text there, which has an undoing of its own. */
function isWritten(target: EventTarget | null): boolean {
  return target instanceof Element && target.matches('input:not([type=checkbox]), textarea');
}
