import { type Attempt, type Job } from '#libs/sdk';
import { type ReactNode } from 'react';
import { leveret } from '../../api/leveret';
import { Loaded } from '../../ui/loaded';
import { Section } from '../../ui/page';
import { StatusBadge } from '../../ui/status-badge';
import { durationText, Time, useNow } from '../../ui/time';
import { Timeline } from './timeline';
import { useJobPart } from './use-job';

/** Every run of a job: when, where, and what came of it. */
export function Attempts({ job }: { readonly job: Job }): ReactNode {
  const query = useJobPart(job, ['attempts'], (signal) => leveret.jobs.attempts(job.id, { signal }));
  return (
    <Section title="Attempts">
      <Loaded query={query}>
        {(attempts) => (
          <>
            <Timeline job={job} attempts={attempts} />
            <ol className="attempts">
              {attempts.toReversed().map((attempt) => (
                <AttemptItem key={attempt.run} attempt={attempt} />
              ))}
            </ol>
          </>
        )}
      </Loaded>
    </Section>
  );
}

function AttemptItem({
  attempt: { attempt, run, workerId, startedAt, endedAt, outcome, error, reason },
}: {
  readonly attempt: Attempt;
}): ReactNode {
  const now = useNow();
  const lasted = startedAt === null ? null : (endedAt === null ? now : Date.parse(endedAt)) - Date.parse(startedAt);
  return (
    <li>
      <p className="attempt-line">
        <strong>Attempt {attempt}</strong>
        <StatusBadge status={outcome ?? 'running'} />
        <span className="muted">run {run}</span>
        {lasted !== null && <span>{durationText(Math.max(0, lasted))}</span>}
        <Time at={startedAt} />
        {workerId !== null && <code className="muted">{workerId}</code>}
      </p>
      {error !== null && (
        <p className="attempt-error">
          <code>{error.code}</code> {error.message}
        </p>
      )}
      {reason !== null && <p className="muted">{reason}</p>}
    </li>
  );
}
