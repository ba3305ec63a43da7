import { type ReactNode } from 'react';
import { Button } from './button';
import { type NoticeAction } from './notice-list';

interface NoticeButtonProps {
  readonly button: NoticeAction;
  /** There is little time for it: who uses keys need not walk to it first. */
  readonly hasKeys: boolean;
}

/** Keeps what a notice tells of from going on. */
export function NoticeButton({ button: { name, press }, hasKeys }: NoticeButtonProps): ReactNode {
  return (
    <Button onClick={press} {...(hasKeys ? { 'aria-keyshortcuts': 'Control+Z Meta+Z' } : {})}>
      {name}
      {hasKeys && <kbd className="wide-only">Ctrl Z</kbd>}
    </Button>
  );
}
