import { type Job, type JobWithOptions } from '#libs/sdk';
import { type ReactNode, useState } from 'react';
import { useNavigate } from 'react-router';
import { leveret } from '../../api/leveret';
import { useAction } from '../../api/use-action';
import { useMay } from '../../shell/session';
import { Button } from '../../ui/button';
import { useConfirm } from '../../ui/confirmation';
import { DELETE, type SteeringChoice, STEERINGS } from '../jobs/steering';
import { DuplicateDialog } from './duplicate-dialog';
import { PriorityDialog } from './priority-dialog';

const WAITING = ['scheduled', 'queued', 'retrying'];

type OpenDialog = 'duplicate' | 'priority' | null;

/** What can be done with a job as it stands; what cannot is not offered. */
export function JobActions({ job }: { readonly job: JobWithOptions }): ReactNode {
  const [dialog, setDialog] = useState<OpenDialog>(null);
  const close = (): void => setDialog(null);
  const waits = WAITING.includes(job.status);
  const seesContents = useMay('jobs:read');
  return (
    <>
      {job.status === 'scheduled' && <RunNowButton job={job} />}
      {waits && <Button onClick={() => setDialog('priority')}>Priority</Button>}
      {seesContents && <Button onClick={() => setDialog('duplicate')}>Duplicate</Button>}
      {STEERINGS.map(
        (steering) => steering.fits(job) && <SteerButton key={steering.name} job={job} steering={steering} />,
      )}
      {dialog === 'priority' && <PriorityDialog job={job} onClose={close} />}
      {dialog === 'duplicate' && <DuplicateDialog job={job} onClose={close} />}
    </>
  );
}

function RunNowButton({ job: { id } }: { readonly job: Job }): ReactNode {
  const { mutate, isPending } = useAction(
    () => leveret.jobs.update(id, { delay: 0 }),
    () => 'The job is due now.',
  );
  return (
    <Button kind="primary" busy={isPending} onClick={() => mutate(undefined)}>
      Run now
    </Button>
  );
}

function SteerButton({ job, steering }: { readonly job: Job; readonly steering: SteeringChoice }): ReactNode {
  const confirm = useConfirm();
  const navigate = useNavigate();
  const { name, danger, warning, done, apply } = steering;
  const { mutate, isPending } = useAction(apply, () => `1 job ${done}.`);
  const steer = async (): Promise<void> => {
    if (danger && !(await confirm({ title: `${name} 1 job?`, body: warning, action: `${name} the job`, danger })))
      return;
    mutate(job, { onSuccess: () => steering === DELETE && void navigate('/jobs') });
  };
  return (
    <Button kind={danger ? 'danger' : 'primary'} busy={isPending} onClick={() => void steer()}>
      {name}
    </Button>
  );
}
