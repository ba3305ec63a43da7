import { type Attempt, type AttemptOutcome, type Backoff, type JobError, type JobStatus } from '#libs/contracts';

/** What the ledger knows of a job when a report about it comes. */
export interface JobState {
  readonly id: string;
  readonly queue: string;
  readonly task: string;
  readonly status: JobStatus;
  /** Queued, and without a message: it waits for its tenant's turn, or for its concurrency key. */
  readonly held: boolean;
  /** The newest message sent out for the job. */
  readonly run: number;
  readonly attempt: number;
  readonly charged: number;
  /** Messages of the present attempt that came back unstarted. */
  readonly returns: number;
  /** Attempts that were charged because their worker was gone; a retry by hand begins anew. */
  readonly losses: number;
  /** The message of the newest run has come back while it ran: only its worker still has it, if that lives. */
  readonly returnedAt: Date | null;
  /** The priority of the newest message when it is not the job's own: what is sent again goes first. */
  readonly sentPriority: number | null;
  readonly priority: number;
  readonly maxAttempts: number;
  /** What the job was given at first; each retry by hand adds as many. */
  readonly firstMaxAttempts: number;
  readonly backoff: Backoff;
  readonly workerId: string | null;
  readonly result: unknown;
  readonly error: JobError | null;
  readonly createdAt: Date;
  /** When it was queued last, as it was read: the ledger sets it. */
  readonly queuedAt: Date;
  readonly startedAt: Date | null;
  readonly nextAttemptAt: Date | null;
  readonly completedAt: Date | null;
  readonly cancelRequestedAt: Date | null;
  /** Something may follow from its end: further jobs, or the end of a batch. */
  readonly leadsOn: boolean;
}

/** What is known of one run after a report; null fields leave what the record has. */
export interface AttemptChange {
  readonly run: number;
  readonly attempt: number;
  readonly workerId: string | null;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
  readonly outcome: AttemptOutcome | null;
  readonly error: Attempt['error'];
  readonly reason: Attempt['reason'];
}

/** What follows from a report: facts for the ledger, nothing else. */
export interface Decision {
  readonly state: JobState;
  readonly attempts: readonly AttemptChange[];
  /** A run to send out, once the job is no longer held; `priority` puts one that has waited before the others. */
  readonly send: { readonly run: number; readonly dueAt: Date | null; readonly priority: number | null } | null;
  /** Messages of this run and older ones are still out and must not start. */
  readonly voidUpTo: number | null;
  /** The job is dead: why. */
  readonly deadLetter: { readonly run: number; readonly error: JobError; readonly reason: string } | null;
}
