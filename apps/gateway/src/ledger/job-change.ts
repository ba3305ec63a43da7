import { isFinal, type Job, type JobChange, type JobStatus } from '#libs/contracts';

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

/** What a job is, as its latest change would have told. */
export function stateOf({ id, version, status, attempt, progress, nextAttemptAt, cancelRequestedAt }: Job): JobChange {
  return { id, version, status, attempt, progress, nextAttemptAt, cancelRequestedAt };
}

/** True when nothing but its progress or its log tells one state of a job from the other. */
export function standsAlike(one: JobChange, other: JobChange): boolean {
  return (
    one.status === other.status &&
    one.attempt === other.attempt &&
    one.nextAttemptAt === other.nextAttemptAt &&
    one.cancelRequestedAt === other.cancelRequestedAt
  );
}

/** True when those who watch the job need not wait for more. */
export function hasEnded({ status }: JobChange): boolean {
  return isFinal(status);
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
