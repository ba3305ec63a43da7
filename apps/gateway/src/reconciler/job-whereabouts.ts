import { type JobStatus } from '#libs/contracts';
import { type Holder, type LocatedJob, type Place } from '../ledger/job-location.js';

/** Where one job is, as an operator sees it. */
export interface JobWhereabouts {
  readonly jobId: string;
  readonly task: string;
  readonly queue: string;
  readonly status: JobStatus;
  readonly run: number;
  readonly place: Place;
  /** What that means, and what happens next. */
  readonly detail: string;
  readonly dueAt: string | null;
  readonly suspectedAt: string | null;
  readonly parkedReason: string | null;
  readonly holder: (Omit<Holder, 'heardAt'> & { readonly heardAt: string | null }) | null;
}

export function jobWhereabouts(job: LocatedJob): JobWhereabouts {
  const { holder } = job;
  return {
    jobId: job.id,
    task: job.task,
    queue: job.queue,
    status: job.status,
    run: job.run,
    place: job.place,
    detail: DETAILS[job.place](job),
    dueAt: textOf(job.dueAt),
    suspectedAt: textOf(job.suspectedAt),
    parkedReason: job.parkedReason,
    holder: holder === null ? null : { ...holder, heardAt: textOf(holder.heardAt) },
  };
}

const DETAILS: Readonly<Record<Place, (job: LocatedJob) => string>> = {
  scheduled: () => 'It waits in the ledger for its time.',
  delayed: () => 'It waits for its next attempt.',
  outbox: ({ parkedReason }) =>
    parkedReason === null
      ? 'Its message waits in the ledger for the broker to take it.'
      : 'The broker did not take its message. It is sent again every 30 s, and when an app of the domain announces itself.',
  held: () =>
    'It waits in the ledger for the turn of its tenant, for its concurrency key, or until its batch is resumed.',
  waiting: ({ holder }) =>
    holder === null
      ? 'Its message waits in the queue for a worker.'
      : 'A worker has its message, and begins when it has a place.',
  paused: () => 'Its message waits in the queue, which is paused.',
  running: runningDetail,
  unaccounted: () =>
    'A probe that was sent after its message has come back before it, and nobody has it. It is sent again when another ' +
    'probe proves that it is lost.',
  ended: () => 'It has ended, and waits for nothing.',
};

function runningDetail({ holder, returnedAt }: LocatedJob): string {
  if (holder?.alive === true && holder.named) return 'A worker runs it.';
  const missing = holder?.alive === true ? 'Its worker is heard and does not name it' : 'Its worker is silent';
  return returnedAt === null
    ? `${missing}. It is sent again when its message comes back, or is proven to be nowhere.`
    : `${missing}, and its message has come back. It is sent again unless its worker is heard of in time.`;
}

function textOf(time: Date | null): string | null {
  return time?.toISOString() ?? null;
}
