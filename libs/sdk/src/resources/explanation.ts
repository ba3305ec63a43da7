import { type JobStatus } from '#libs/contracts';

/** One reason why a job is not further; beside the message stands what it is about. */
export interface ExplanationReason {
  /** For programs: docs/queues.md has them all. */
  readonly code: string;
  /** A sentence for people. */
  readonly message: string;
  readonly [detail: string]: unknown;
}

/** A range of times, ISO 8601: in one case of ten each it is earlier, or later. */
interface TimeRange {
  readonly from: string;
  readonly to: string;
}

/** Why a job has not run yet, and when it likely will. */
export interface Explanation {
  readonly jobId: string;
  readonly state: JobStatus;
  /** The one that has to pass first comes first. */
  readonly reasons: readonly ExplanationReason[];
  /** How many jobs are before it, and whether there are more than were counted; null when it does not wait in a queue. */
  readonly position: { readonly ahead: number; readonly more: boolean } | null;
  /** Null while it waits for what has no time, or when nothing is known of the last hour. */
  readonly estimate: { readonly startsAt: TimeRange | null; readonly endsAt: TimeRange | null } | null;
}
