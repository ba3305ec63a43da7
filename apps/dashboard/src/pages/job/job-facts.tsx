import { type Job } from '#libs/sdk';
import { type ReactNode } from 'react';
import { Link } from 'react-router';
import { leveret } from '../../api/leveret';
import { useLive } from '../../api/use-live';
import { useMay } from '../../shell/session';
import { Facts } from '../../ui/facts';
import { Section } from '../../ui/page';
import { durationText, Time } from '../../ui/time';

export function JobFacts({ job }: { readonly job: Job }): ReactNode {
  const isAdmin = useMay('admin');
  const queue = isAdmin ? <Link to={`/queues/${encodeURIComponent(job.queue)}`}>{job.queue}</Link> : job.queue;
  return (
    <Section title="Job">
      <Facts
        facts={[
          [
            'Task',
            <Link key="task" to={`/tasks/${encodeURIComponent(job.task)}`}>
              {job.task}
            </Link>,
          ],
          ['Queue', queue],
          ['Tenant', job.tenant],
          ['Priority', job.priority],
          ['Attempts', `${job.attempt} of ${job.maxAttempts}`],
          ['Created', <Time key="created" at={job.createdAt} />],
          ['Scheduled for', <Time key="scheduled" at={job.scheduledFor} />],
          ['Started', <Time key="started" at={job.startedAt} />],
          ['Next attempt', <Time key="next" at={job.nextAttemptAt} />],
          ['Ended', <Time key="ended" at={job.completedAt} />],
          ['Took', tookText(job)],
          ['Worker', job.workerId ?? '—'],
          ['Unique key', job.uniqueKey ?? '—'],
          ['Batch', linkTo('batches', job.batchId)],
          ['Parent', linkTo('jobs', job.parentId)],
          ['Trace', <TraceLink key="trace" id={job.id} />],
        ]}
      />
    </Section>
  );
}

/** The trace that the job belongs to, where the suite knows who shows it. */
function TraceLink({ id }: { readonly id: string }): ReactNode {
  const { data } = useLive(['job trace', id], (signal) => leveret.jobs.trace(id, { signal }), { everyMs: false });
  if (data === undefined || data.traceId === null) return '—';
  return data.url === null ? (
    <code>{data.traceId}</code>
  ) : (
    <a href={data.url} target="_blank" rel="noreferrer">
      {data.traceId}
    </a>
  );
}

function linkTo(section: 'batches' | 'jobs', id: string | null): ReactNode {
  return id === null ? '—' : <Link to={`/${section}/${id}`}>{id}</Link>;
}

/** From the creation to the end. */
function tookText({ createdAt, completedAt }: Job): string {
  return completedAt === null ? '—' : durationText(Date.parse(completedAt) - Date.parse(createdAt));
}
