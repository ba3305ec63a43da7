import { type Schedule } from '#libs/sdk';
import { type ReactNode } from 'react';
import { leveret } from '../../api/leveret';
import { useAction } from '../../api/use-action';
import { ChangeLink } from '../../request-form/starter-links';
import { Button } from '../../ui/button';
import { PauseAndDelete } from '../pause-and-delete';
import { SCHEDULE } from './schedule-kind';

export function ScheduleActions({ schedule }: { readonly schedule: Schedule }): ReactNode {
  const { id, name } = schedule;
  const run = useAction(
    () => leveret.schedules.run(id),
    () => `${name} has started a job.`,
  );
  return (
    <>
      <Button kind="primary" busy={run.isPending} onClick={() => run.mutate(undefined)}>
        Run now
      </Button>
      <ChangeLink kind={SCHEDULE} of={schedule} />
      <PauseAndDelete
        of={schedule}
        kind="schedule"
        consequence="The schedule and its history are gone. Jobs that it has started stay."
        list="/schedules"
        calls={leveret.schedules}
      />
    </>
  );
}
