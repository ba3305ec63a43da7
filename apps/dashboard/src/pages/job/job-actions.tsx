import { type Job, type JobWithOptions } from '#libs/sdk';
import { type ReactNode, useState } from 'react';
import { useNavigate } from 'react-router';
import { useAction } from '../../api/use-action';
import { useMay } from '../../shell/session';
import { Button } from '../../ui/button';
import { useConfirm } from '../../ui/confirmation';
import { DELETE, fits, type SteeringChoice, STEERINGS, toPriority } from '../jobs/steering';
import { DuplicateDialog } from './duplicate-dialog';
import { PriorityButton } from './priority-button';

const PRIORITY = toPriority(0);

/** What can be done with a job as it stands; what cannot is not offered. */
export function JobActions({ job }: { readonly job: JobWithOptions }): ReactNode {
  const [isDuplicating, setDuplicating] = useState(false);
  const seesContents = useMay('jobs:read');
  return (
    <>
      {fits(PRIORITY, job) && <PriorityButton job={job} />}
      {seesContents && <Button onClick={() => setDuplicating(true)}>Duplicate</Button>}
      {STEERINGS.map(
        (steering) => fits(steering, job) && <SteerButton key={steering.name} job={job} steering={steering} />,
      )}
      {isDuplicating && <DuplicateDialog job={job} onClose={() => setDuplicating(false)} />}
    </>
  );
}

function SteerButton({ job, steering }: { readonly job: Job; readonly steering: SteeringChoice }): ReactNode {
  const confirm = useConfirm();
  const navigate = useNavigate();
  const { name, phrase, danger, warning, done, apply } = steering;
  const { mutate, isPending } = useAction(apply, () => `1 job ${done}.`);
  const steer = async (): Promise<void> => {
    if (danger && !(await confirm({ title: `${phrase('1 job')}?`, body: warning, action: phrase('the job'), danger })))
      return;
    mutate(job, { onSuccess: () => steering === DELETE && void navigate('/jobs') });
  };
  return (
    <Button kind={danger ? 'danger' : 'primary'} busy={isPending} onClick={() => void steer()}>
      {name}
    </Button>
  );
}
