import { type Job } from '#libs/sdk';
import { type ReactNode } from 'react';
import { sentenceOf } from '../../api/failure';
import { useAction } from '../../api/use-action';
import { Button } from '../../ui/button';
import { useConfirm } from '../../ui/confirmation';
import { useUndo } from '../../ui/notices';
import { jobsText } from './jobs-text';
import { type SteeringChoice, STEERINGS } from './steering';
import { type Selection } from './use-selection';

interface SelectionBarProps {
  readonly selection: Selection;
  readonly onDone: () => void;
}

/** What can be done with the chosen jobs: each action says with how many of them. */
export function SelectionBar({ selection, onDone }: SelectionBarProps): ReactNode {
  const confirm = useConfirm();
  const offerUndo = useUndo();
  const { mutate, isPending } = useAction(steerChosen, said);
  const steer = async (steering: SteeringChoice, jobs: readonly Job[]): Promise<void> => {
    const { name, warning: body, danger } = steering;
    const action = `${name} ${jobsText(jobs.length)}`;
    if (!(await confirm({ title: `${action}?`, body, danger, action }))) return;
    if (danger && !(await offerUndo(`${action} in a moment.`))) return;
    mutate(
      { steering, jobs },
      {
        onSettled: () => {
          selection.clear();
          onDone();
        },
      },
    );
  };
  return (
    <div className="selection-bar card buttons" role="toolbar" aria-label="Chosen jobs">
      <strong>{jobsText(selection.jobs.length)} chosen</strong>
      {STEERINGS.map((steering) => {
        const jobs = selection.jobs.filter(steering.fits);
        return (
          <Button
            key={steering.name}
            disabled={jobs.length === 0}
            busy={isPending}
            onClick={() => void steer(steering, jobs)}
          >
            {steering.name} {jobs.length}
          </Button>
        );
      })}
      <span className="spacer" />
      <Button kind="quiet" onClick={selection.toggleAll}>
        All on this page
      </Button>
      <Button kind="quiet" onClick={selection.clear}>
        None
      </Button>
    </div>
  );
}

interface Steered {
  readonly steering: SteeringChoice;
  readonly jobs: readonly Job[];
}

/** One after the other: what the gateway refuses of one keeps none of the others from it. */
async function steerChosen({ steering, jobs }: Steered): Promise<readonly string[]> {
  const refusals: string[] = [];
  for (const job of jobs) {
    await steering.apply(job).catch((error: unknown) => refusals.push(sentenceOf(error)));
  }
  return refusals;
}

function said(refusals: readonly string[], { steering, jobs }: Steered): string {
  const done = `${jobsText(jobs.length - refusals.length)} ${steering.done}.`;
  return refusals.length === 0 ? done : `${done} ${refusals.length} not: ${refusals[0] ?? ''}`;
}
