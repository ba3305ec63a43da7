/** The ends that a follow-up may wait for; `final`: whichever comes. */
export const ENDS = ['completed', 'failed', 'cancelled', 'final'] as const;
export type End = (typeof ENDS)[number];

/** A job that is to be enqueued when a job or a batch has ended: checked as far as it can be before that. */
export interface FollowUp {
  /** Of the job that it becomes. */
  readonly id: string;
  readonly position: number;
  readonly on: End;
  /** Waits for everything that the job has spawned, too. */
  readonly spawned: boolean;
  /** The full name of its task. */
  readonly task: string;
  /** A body of `POST /v1/jobs`, its payload with placeholders. */
  readonly request: Readonly<Record<string, unknown>>;
  readonly traceparent: string | null;
}

/** What follows from the ends of new jobs, for the statement that enters them. */
export function followUpRows(jobs: readonly { readonly id: string; readonly then: readonly FollowUp[] }[]): string {
  return JSON.stringify(jobs.flatMap(({ id, then }) => then.map((followUp) => ({ of: id, ...followUp }))));
}

/** The same for a batch of new jobs. */
export const INSERT_FOLLOW_UPS_OF_BATCH = `
INSERT INTO follow_ups (id, batch_id, tenant, position, ends_on, task, request, traceparent)
SELECT id, $1, $2, position, "on", task, request, traceparent
FROM json_to_recordset($3::json) AS next (id uuid, position int, "on" text, task text, request json, traceparent text)`;
