import { type ReactNode } from 'react';
import { Button } from './button';
import { CopyButton } from './copy-button';
import { Dialog } from './dialog';

interface SecretDialogProps {
  readonly title: string;
  readonly secret: string;
  /** What is copied: "the key". */
  readonly what: string;
  readonly onClose: () => void;
  /** What there is to know of it. */
  readonly children: ReactNode;
}

/** A secret, to be copied by who has asked for it. */
export function SecretDialog({ title, secret, what, onClose, children }: SecretDialogProps): ReactNode {
  return (
    <Dialog title={title} onClose={onClose}>
      <p>{children}</p>
      <p className="secret">
        <code>{secret}</code>
        <CopyButton text={secret} what={what} />
      </p>
      <footer className="buttons">
        <Button kind="primary" onClick={onClose}>
          I have it
        </Button>
      </footer>
    </Dialog>
  );
}
