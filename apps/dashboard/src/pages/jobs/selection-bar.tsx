import { type Job } from '#libs/sdk';
import { type ReactNode, useState } from 'react';
import { sentenceOf } from '../../api/failure';
import { useAction } from '../../api/use-action';
import { Button } from '../../ui/button';
import { useConfirm } from '../../ui/confirmation';
import { useUndo } from '../../ui/notices';
import { jobsText } from './jobs-text';
import { PriorityDialog } from './priority-dialog';
import { fits, NORMAL, type SteeringChoice, STEERINGS, toPriority } from './steering';
import { type Selection } from './use-selection';

/** What can be done with the chosen jobs: each action says with how many of them. */
export function SelectionBar({ selection }: { readonly selection: Selection }): ReactNode {
  const confirm = useConfirm();
  const offerUndo = useUndo();
  const { mutate, isPending } = useAction(steerChosen, said);
  const apply = (steered: Steered): void => mutate(steered, { onSettled: selection.clear });
  const steer = async (steering: SteeringChoice, jobs: readonly Job[]): Promise<void> => {
    const { phrase, warning: body, danger } = steering;
    const action = phrase(jobsText(jobs.length));
    if (!(await confirm({ title: `${action}?`, body, danger, action }))) return;
    if (danger && !(await offerUndo(`${action} in a moment.`))) return;
    apply({ steering, jobs });
  };
  return (
    <div className="selection-bar card buttons" role="toolbar" aria-label="Chosen jobs">
      <strong>{jobsText(selection.jobs.length)} chosen</strong>
      {STEERINGS.map((steering) => {
        const jobs = selection.jobs.filter((job) => fits(steering, job));
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
      <PriorityOfChosen jobs={selection.jobs} busy={isPending} onSteer={apply} />
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

interface PriorityOfChosenProps {
  readonly jobs: readonly Job[];
  readonly busy: boolean;
  readonly onSteer: (steered: Steered) => void;
}

function PriorityOfChosen({ jobs, busy, onSteer }: PriorityOfChosenProps): ReactNode {
  const [asked, setAsked] = useState<readonly Job[] | null>(null);
  const waiting = jobs.filter((job) => fits(toPriority(NORMAL), job));
  return (
    <>
      <Button disabled={waiting.length === 0} busy={busy} onClick={() => setAsked(waiting)}>
        Priority {waiting.length}
      </Button>
      {asked !== null && (
        <PriorityDialog
          title={`Change the priority of ${jobsText(asked.length)}`}
          priority={asked[0]?.priority ?? NORMAL}
          busy={busy}
          onChoice={(priority) => {
            setAsked(null);
            onSteer({ steering: toPriority(priority), jobs: asked });
          }}
          onClose={() => setAsked(null)}
        />
      )}
    </>
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
