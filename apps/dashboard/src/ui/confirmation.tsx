import { AlertDialog } from 'radix-ui';
import { createContext, type ReactNode, useCallback, useContext, useState } from 'react';
import { Button } from './button';
import { useModal } from './use-modal';

/** What is to be confirmed: with numbers, where it is about many. */
export interface Question {
  readonly title: string;
  readonly body: ReactNode;
  /** What the button says: the action, not "OK". */
  readonly action: string;
  readonly danger?: boolean;
}

type Confirm = (question: Question) => Promise<boolean>;

const ConfirmContext = createContext<Confirm>(() => Promise.resolve(false));

/** Asks before something is done that is hard to take back; true when it is to be done. */
export function useConfirm(): Confirm {
  return useContext(ConfirmContext);
}

export function ConfirmationProvider({ children }: { readonly children: ReactNode }): ReactNode {
  const [asked, setAsked] = useState<(Question & { readonly answer: (yes: boolean) => void }) | null>(null);
  const confirm = useCallback<Confirm>((question) => new Promise((answer) => setAsked({ ...question, answer })), []);
  const answer = (yes: boolean): void => {
    asked?.answer(yes);
    setAsked(null);
  };
  return (
    <ConfirmContext value={confirm}>
      {children}
      {asked !== null && <Confirmation question={asked} onAnswer={answer} />}
    </ConfirmContext>
  );
}

interface ConfirmationProps {
  readonly question: Question;
  readonly onAnswer: (yes: boolean) => void;
}

function Confirmation({ question, onAnswer }: ConfirmationProps): ReactNode {
  const { title, body, action, danger = false } = question;
  const modal = useModal();
  return (
    <AlertDialog.Root open onOpenChange={() => onAnswer(false)}>
      <AlertDialog.Portal>
        <div className="backdrop" />
        <AlertDialog.Content className="dialog card" {...modal}>
          <AlertDialog.Title>{title}</AlertDialog.Title>
          <AlertDialog.Description asChild>
            <div className="dialog-body">{body}</div>
          </AlertDialog.Description>
          <footer className="buttons">
            <AlertDialog.Cancel asChild>
              <Button>Keep as it is</Button>
            </AlertDialog.Cancel>
            <Button kind={danger ? 'danger' : 'primary'} onClick={() => onAnswer(true)}>
              {action}
            </Button>
          </footer>
        </AlertDialog.Content>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
