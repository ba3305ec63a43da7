import { type Job } from '#libs/contracts';
import { type Caller, keyOf } from '../api-keys/caller.js';
import { invalid } from '../http/problem.js';
import { JobUnconfirmedError } from '../ledger/acceptance-error.js';
import { IdempotencyError, type IdempotencyKey, type IdempotencyStore } from '../ledger/idempotency.js';
import { type JobStore } from '../ledger/job-store.js';
import { type Admission } from '../limits/admission.js';
import { type JobIntake } from './job-intake.js';

/** The job that a request has, and whether it was made by it. */
export interface AcceptedJob {
  readonly job: Job;
  readonly isNew: boolean;
}

/** Who asks for jobs, and in which trace. */
export interface JobCall {
  readonly caller: Caller;
  readonly traceparent: string | null;
}

/** Turns requests into jobs, each once. */
export class JobAcceptance {
  constructor(
    private readonly jobs: JobStore,
    private readonly intake: JobIntake,
    private readonly requests: IdempotencyStore,
    private readonly admission: Admission,
  ) {}

  /**
   * Enters the job of a request, unless there is one for its keys.
   * @throws Problem 422 that names each wrong field, 429 when the caller has too many open jobs
   * @throws IdempotencyError when the request cannot be taken because of its key
   */
  async accept(body: unknown, call: JobCall, key: IdempotencyKey | null): Promise<AcceptedJob> {
    try {
      return await this.#enter(body, call, key);
    } catch (error) {
      if (key === null || saysOfKey(error)) throw error;
      // What was made before is told whatever has changed since: the task, its schema, the room in the outbox.
      const before = await this.requests.find(key);
      if (before === undefined) throw error;
      return { job: await this.#made(before.made, call.caller.tenant), isNew: false };
    }
  }

  async #enter(body: unknown, { caller, traceparent }: JobCall, key: IdempotencyKey | null): Promise<AcceptedJob> {
    const { tenant } = caller;
    const intake = await this.intake.prepare(body, { tenant, traceparent, key: keyOf(caller) });
    if (!intake.ok) throw invalid(intake.errors);
    return this.admission.enter(caller, 1, async () => {
      const { job } = await this.jobs.accept(intake.job, key);
      return { job, isNew: job.id === intake.job.id };
    });
  }

  async #made(id: string, tenant: string): Promise<Job> {
    const job = await this.jobs.find(id, tenant);
    if (job === undefined) throw new IdempotencyError('deleted');
    return job;
  }
}

/** Whether the ledger has been asked for the key already, or does not answer. */
function saysOfKey(error: unknown): boolean {
  return error instanceof IdempotencyError || error instanceof JobUnconfirmedError;
}
