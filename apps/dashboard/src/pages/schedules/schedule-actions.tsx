import { type Schedule } from '#libs/sdk';
import { type ReactNode } from 'react';
import { useNavigate } from 'react-router';
import { leveret } from '../../api/leveret';
import { useAction } from '../../api/use-action';
import { Button } from '../../ui/button';
import { useConfirm } from '../../ui/confirmation';

export function ScheduleActions({ schedule: { id, name, enabled } }: { readonly schedule: Schedule }): ReactNode {
  const confirm = useConfirm();
  const navigate = useNavigate();
  const run = useAction(
    () => leveret.schedules.run(id),
    () => `${name} has started a job.`,
  );
  const toggle = useAction(
    () => leveret.schedules.update(id, { enabled: !enabled }),
    () => (enabled ? `${name} is paused.` : `${name} goes on.`),
  );
  const remove = useAction(
    () => leveret.schedules.delete(id),
    () => `${name} is deleted.`,
  );
  const ask = async (): Promise<void> => {
    const body = 'The schedule and its history are gone. Jobs that it has started stay.';
    if (!(await confirm({ title: `Delete ${name}?`, body, action: 'Delete the schedule', danger: true }))) return;
    remove.mutate(undefined, { onSuccess: () => void navigate('/schedules') });
  };
  return (
    <>
      <Button kind="primary" busy={run.isPending} onClick={() => run.mutate(undefined)}>
        Run now
      </Button>
      <Button busy={toggle.isPending} onClick={() => toggle.mutate(undefined)}>
        {enabled ? 'Pause' : 'Resume'}
      </Button>
      <Button kind="danger" busy={remove.isPending} onClick={() => void ask()}>
        Delete
      </Button>
    </>
  );
}
