import { useQueryClient, type UseQueryResult } from '@tanstack/react-query';
import { type Job, type JobUpdate } from '#libs/sdk';
import { useEffect } from 'react';
import { leveret } from '../../api/leveret';
import { useLive } from '../../api/use-live';
import { usePageIsSeen } from '../../ui/use-page-is-seen';

/** Progress comes by the stream; what it does not tell of, such as a priority, is looked for now and then. */
const LOOK_EVERY_MS = 5_000;

/** A job, live: its stream is listened to while the page is seen and the job goes on. */
export function useJob(id: string): UseQueryResult<Job> {
  const query = useLive(['job', id], (signal) => leveret.jobs.get(id, { signal }), { everyMs: LOOK_EVERY_MS });
  const isOver = query.data === undefined || query.data.completedAt !== null;
  useJobStream(id, usePageIsSeen() && !isOver);
  return query;
}

function useJobStream(id: string, isListening: boolean): void {
  const queries = useQueryClient();
  useEffect(() => {
    if (!isListening) return undefined;
    const ending = new AbortController();
    const take = async (): Promise<void> => {
      for await (const update of leveret.jobs.watch(id, { signal: ending.signal, logs: true })) {
        queries.setQueryData<Job>(['job', id], (job) => job && updated(job, update));
        if (update.type !== 'progress') void queries.invalidateQueries({ queryKey: ['job', id] });
      }
    };
    // A stream that cannot be had is made up for by looking.
    take().catch(() => undefined);
    return () => ending.abort();
  }, [id, isListening, queries]);
}

function updated(job: Job, { version, progress, status, attempt }: JobUpdate): Job {
  return version > job.version || progress.percent > job.progress.percent ? { ...job, progress, status, attempt } : job;
}
