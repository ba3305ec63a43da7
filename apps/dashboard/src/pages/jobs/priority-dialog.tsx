import { type ReactNode, type SubmitEvent, useState } from 'react';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { PriorityField } from './priority-field';

interface PriorityDialogProps {
  readonly title: string;
  /** The one that is given at first. */
  readonly priority: number;
  readonly busy: boolean;
  readonly onChoice: (priority: number) => void;
  readonly onClose: () => void;
}

/** Asks for the priority that jobs are to have that still wait. */
export function PriorityDialog({ title, priority, busy, onChoice, onClose }: PriorityDialogProps): ReactNode {
  const [chosen, setChosen] = useState(priority);
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    onChoice(chosen);
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <form className="form" onSubmit={submit}>
        <PriorityField value={chosen} onChange={setChosen} />
        <footer className="buttons">
          <Button kind="primary" type="submit" busy={busy}>
            Change the priority
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}
