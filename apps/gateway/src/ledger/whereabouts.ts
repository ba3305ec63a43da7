/**
 * SQL: no message of the newest run of `jobs` waits in the outbox, so the broker has confirmed it. The outbox may have grown
 * from nothing within seconds: OFFSET has each job looked up in it, whatever the planner thinks of its size.
 */
export const NO_MESSAGE = `NOT EXISTS (SELECT FROM outbox
  WHERE outbox.job_id = jobs.id AND outbox.run = jobs.run AND outbox.kind = 'work' OFFSET 0)`;

/** SQL: the runs that workers have in hand, as those say that were heard within `silenceMs`: `job` (text) and `run`. */
export function heldRuns(silenceMs: number): string {
  return `SELECT named.run ->> 'job' AS job, (named.run ->> 'run')::int AS run
  FROM workers CROSS JOIN jsonb_array_elements(workers.runs) AS named (run)
  WHERE workers.heard_at > now() - interval '${silenceMs} milliseconds'`;
}

/** SQL: one of these runs is the newest of a job; `job` and `run` are columns. */
export function isAmong(runs: string, job: string, run: string): string {
  return `EXISTS (SELECT FROM (${runs}) AS held WHERE held.job = ${job}::text AND held.run = ${run})`;
}

/** Where the open jobs are. Each is counted once. */
export interface Whereabouts {
  /** Looks lost, and is sent again once that is proven. */
  readonly unaccounted: number;
  /** Waits in the ledger for the broker to take its message. */
  readonly outbox: number;
  /** Waits in the ledger for its tenant's turn, or for its concurrency key. */
  readonly held: number;
  /** Waits for its next attempt. */
  readonly delayed: number;
  /** Its message waits for a worker. */
  readonly waiting: number;
  /** Its message waits in a queue that is paused. */
  readonly paused: number;
  readonly running: number;
  /** Waits in the ledger for its time. */
  readonly scheduled: number;
}
