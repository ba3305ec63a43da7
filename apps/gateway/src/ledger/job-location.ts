import { type JobStatus, TIMES } from '#libs/contracts';
import { type Whereabouts } from './whereabouts.js';
import { type Queries } from './database.js';
import { isId } from './ids.js';

/** Where a job is, in the words of the audit; `ended` is what the audit does not count. */
export type Place = keyof Whereabouts | 'ended';

/** The worker that has a job, or had it last. */
export interface Holder {
  readonly workerId: string;
  /** Null: nothing has been heard of it for a day. */
  readonly heardAt: Date | null;
  /** It was heard of late. */
  readonly alive: boolean;
  /** Its latest heartbeat names the newest run. */
  readonly named: boolean;
}

/** What the ledger knows of the whereabouts of one job. */
export interface LocatedJob {
  readonly id: string;
  readonly task: string;
  readonly queue: string;
  readonly status: JobStatus;
  readonly run: number;
  readonly place: Place;
  /** For what it waits, if it is a time. */
  readonly dueAt: Date | null;
  /** Why the broker did not take its message. */
  readonly parkedReason: string | null;
  /** Since when it is known that its message has come back while it runs. */
  readonly returnedAt: Date | null;
  /** Since when nothing has been heard of it for so long that it is looked for. */
  readonly suspectedAt: Date | null;
  readonly holder: Holder | null;
}

/** Finds out where one job is; undefined when there is none of this id. */
export async function locateJob(database: Queries, id: string): Promise<LocatedJob | undefined> {
  if (!isId(id)) return undefined;
  const [row] = await database.query<LocatedRow>(LOCATE, [id, TIMES.silenceMs]);
  return row && { ...row, holder: row.holder && { ...row.holder, heardAt: timeOf(row.holder.heardAt) } };
}

type LocatedRow = Omit<LocatedJob, 'holder'> & {
  readonly holder: (Omit<Holder, 'heardAt'> & { readonly heardAt: string | null }) | null;
};

function timeOf(text: string | null): Date | null {
  return text === null ? null : new Date(text);
}

// The order of the places is that of the audit's counts. A worker may have a message in hand before it reports a start.
const LOCATE = `
SELECT jobs.id, jobs.task, jobs.queue, jobs.status, jobs.run, returned_at AS "returnedAt",
       unsent.parked_reason AS "parkedReason", suspects.since AS "suspectedAt",
       CASE status WHEN 'scheduled' THEN scheduled_for WHEN 'retrying' THEN next_attempt_at END AS "dueAt",
       CASE WHEN status IN ('completed','failed','cancelled') THEN 'ended'
            WHEN suspects.evident THEN 'unaccounted'
            WHEN status IN ('scheduled','running') THEN status
            WHEN jobs.held IS NOT NULL THEN 'held'
            WHEN status = 'retrying' AND next_attempt_at > now() THEN 'delayed'
            WHEN unsent.job_id IS NOT NULL THEN 'outbox'
            WHEN queue_settings.paused THEN 'paused'
            ELSE 'waiting' END AS place,
       CASE WHEN holder.named OR status = 'running' THEN json_build_object('workerId', coalesce(holder.id, worker_id),
            'heardAt', holder.heard_at, 'alive', coalesce(holder.alive, false), 'named', coalesce(holder.named, false)) END AS holder
FROM jobs
LEFT JOIN suspects ON suspects.job_id = jobs.id AND suspects.run = jobs.run AND suspects.version = jobs.version
LEFT JOIN queue_settings ON queue_settings.queue = jobs.queue
LEFT JOIN LATERAL (
  SELECT job_id, parked_reason FROM outbox WHERE job_id = jobs.id AND outbox.run = jobs.run AND kind = 'work' LIMIT 1
) AS unsent ON true
LEFT JOIN LATERAL (
  SELECT * FROM (
    SELECT workers.id, heard_at, heard_at > now() - $2 * interval '1 millisecond' AS alive,
           runs @> jsonb_build_array(jsonb_build_object('job', jobs.id, 'run', jobs.run)) AS named
    FROM workers WHERE domain = jobs.queue
  ) AS worker WHERE named OR worker.id = worker_id ORDER BY named DESC, heard_at DESC LIMIT 1
) AS holder ON true
WHERE jobs.id = $1`;
