import { useQueryClient, type UseQueryResult } from '@tanstack/react-query';
import { type Job, type JobUpdate, type JobWithOptions } from '#libs/sdk';
import { useEffect } from 'react';
import { leveret } from '../../api/leveret';
import { useLive } from '../../api/use-live';
import { usePageIsSeen } from '../../ui/use-page-is-seen';

/** Progress comes by the stream; what it does not tell of, such as a priority, is looked for now and then. */
const LOOK_EVERY_MS = 5_000;

/** A job, live: its stream is listened to while the page is seen and the job goes on. */
export function useJob(id: string): UseQueryResult<JobWithOptions> {
  const query = useLive(['job', id], (signal) => readJob(id, signal), { everyMs: LOOK_EVERY_MS });
  const isOver = query.data === undefined || isEnded(query.data);
  useJobStream(id, usePageIsSeen() && !isOver);
  return query;
}

/** While gateways are being upgraded an earlier one may answer, which says nothing of options. */
async function readJob(id: string, signal: AbortSignal): Promise<JobWithOptions> {
  const job: Job & Partial<JobWithOptions> = await leveret.jobs.get(id, { signal });
  return { ...job, options: job.options ?? {} };
}

/** What goes with a job, live until it ends, whether or not its stream can be had; and asked for once more when it has. */
export function useJobPart<T>(
  job: Job,
  [part, ...which]: readonly [string, ...unknown[]],
  read: (signal: AbortSignal) => Promise<T>,
): UseQueryResult<T> {
  const isOver = isEnded(job);
  return useLive(['job', job.id, part, ...which, { isOver }], read, { everyMs: isOver ? false : LOOK_EVERY_MS });
}

function isEnded({ completedAt }: Job): boolean {
  return completedAt !== null;
}

function useJobStream(id: string, isListening: boolean): void {
  const queries = useQueryClient();
  useEffect(() => {
    if (!isListening) return undefined;
    const ending = new AbortController();
    const take = async (): Promise<void> => {
      for await (const update of leveret.jobs.watch(id, { signal: ending.signal, logs: true })) {
        queries.setQueryData<JobWithOptions>(['job', id], (job) => job && updated(job, update));
        if (update.type !== 'progress') void queries.invalidateQueries({ queryKey: ['job', id] });
      }
    };
    // A stream that cannot be had is made up for by looking.
    take().catch(() => undefined);
    return () => ending.abort();
  }, [id, isListening, queries]);
}

function updated(job: JobWithOptions, { version, progress, status, attempt }: JobUpdate): JobWithOptions {
  return version > job.version || progress.percent > job.progress.percent ? { ...job, progress, status, attempt } : job;
}
