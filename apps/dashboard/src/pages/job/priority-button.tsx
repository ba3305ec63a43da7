import { type Job } from '#libs/sdk';
import { type ReactNode, useState } from 'react';
import { leveret } from '../../api/leveret';
import { useAction } from '../../api/use-action';
import { Button } from '../../ui/button';
import { PriorityDialog } from '../jobs/priority-dialog';

/** Changes the priority of a job that still waits. */
export function PriorityButton({ job: { id, priority } }: { readonly job: Job }): ReactNode {
  const [isAsked, setAsked] = useState(false);
  const { mutate, isPending } = useAction(
    (chosen: number) => leveret.jobs.update(id, { priority: chosen }),
    (_, chosen) => `The job has priority ${chosen}.`,
  );
  const close = (): void => setAsked(false);
  return (
    <>
      <Button onClick={() => setAsked(true)}>Priority</Button>
      {isAsked && (
        <PriorityDialog
          title="Change the priority"
          priority={priority}
          busy={isPending}
          onChoice={(chosen) => mutate(chosen, { onSuccess: close })}
          onClose={close}
        />
      )}
    </>
  );
}
