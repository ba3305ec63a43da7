import { type Job } from '#libs/sdk';
import { type ReactNode, type SubmitEvent, useState } from 'react';
import { leveret } from '../../api/leveret';
import { useAction } from '../../api/use-action';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';

interface PriorityDialogProps {
  readonly job: Job;
  readonly onClose: () => void;
}

/** Changes the priority of a job that still waits. */
export function PriorityDialog({ job, onClose }: PriorityDialogProps): ReactNode {
  const [priority, setPriority] = useState(job.priority);
  const { mutate, isPending } = useAction(
    (chosen: number) => leveret.jobs.update(job.id, { priority: chosen }),
    (_, chosen) => `The job has priority ${chosen}.`,
  );
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    mutate(priority, { onSuccess: onClose });
  };
  return (
    <Dialog title="Change the priority" onClose={onClose}>
      <form className="form" onSubmit={submit}>
        <label>
          Priority, 0 to 9; higher goes first
          <input
            type="number"
            min={0}
            max={9}
            required
            value={priority}
            onChange={({ target }) => setPriority(target.valueAsNumber)}
          />
        </label>
        <footer className="buttons">
          <Button kind="primary" type="submit" busy={isPending}>
            Change the priority
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}
