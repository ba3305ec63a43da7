import { type JobStatus, type Progress } from '#libs/contracts';

/** What a job has become: as much as is told to all who watch it. Its result and error are read by who needs them. */
export interface JobChange {
  readonly id: string;
  readonly version: number;
  readonly status: JobStatus;
  readonly attempt: number;
  readonly progress: Progress;
  /** ISO 8601, UTC, like the next. */
  readonly nextAttemptAt: string | null;
  readonly cancelRequestedAt: string | null;
}

/** A change as the trigger `jobs_tell_changes` writes it. */
type ChangeRow = readonly [
  id: string,
  version: number,
  status: JobStatus,
  attempt: number,
  percent: number,
  message: string | null,
  nextAttemptAt: string | null,
  cancelRequestedAt: string | null,
];

/** Reads what the trigger has told of one statement. */
export function readChanges(detail: string): JobChange[] {
  return (JSON.parse(detail) as ChangeRow[]).map(changeOf);
}

function changeOf([id, version, status, attempt, percent, message, ...times]: ChangeRow): JobChange {
  const [nextAttemptAt, cancelRequestedAt] = times.map((time) => (time === null ? null : new Date(time).toISOString()));
  return {
    id,
    version,
    status,
    attempt,
    progress: { percent, message },
    nextAttemptAt: nextAttemptAt ?? null,
    cancelRequestedAt: cancelRequestedAt ?? null,
  };
}

/** The newest change of each job. */
export function newestChanges(changes: readonly JobChange[]): JobChange[] {
  const newest = new Map<string, JobChange>();
  for (const change of changes) {
    const known = newest.get(change.id);
    if (known === undefined || known.version <= change.version) newest.set(change.id, change);
  }
  return [...newest.values()];
}
