import { setImmediate as turn } from 'node:timers/promises';
import { uuidv7 } from 'uuidv7';
import { keyOf } from '../api-keys/caller.js';
import { type FieldError, invalid } from '../http/problem.js';
import { type JobCall } from '../jobs/job-acceptance.js';
import { type JobIntake } from '../jobs/job-intake.js';
import { type JobOrigin } from '../jobs/job-origin.js';
import { type BatchStore, type EnteredBatch } from '../ledger/batch-store.js';
import { type IdempotencyKey } from '../ledger/idempotency.js';
import { type NewJob } from '../ledger/new-job.js';
import { type Admission } from '../limits/admission.js';
import { type BatchRequest } from './batch-body.js';

const MAX_ERRORS = 20;
const JOBS_IN_A_TURN = 100;

/** Turns batch calls into jobs: all of them, or none. */
export class BatchAcceptance {
  constructor(
    private readonly batches: BatchStore,
    private readonly intake: JobIntake,
    private readonly admission: Admission,
  ) {}

  /**
   * Enters the jobs of a batch call, unless there is a batch for its key.
   * @throws Problem 422 that names each wrong field, `jobs.17.payload.width`; after 20 it looks no further; 429 when the
   * caller has too many open jobs
   */
  async accept(
    { jobs: requests, then: followers }: BatchRequest,
    { caller, traceparent }: JobCall,
    key: IdempotencyKey | null,
  ): Promise<EnteredBatch & { readonly isNew: boolean }> {
    const before = key === null ? undefined : await this.batches.made(key);
    if (before !== undefined) return { ...before, isNew: false };
    const origin = { tenant: caller.tenant, traceparent, batchId: uuidv7(), key: keyOf(caller) };
    const errors: FieldError[] = [];
    const then = await this.intake.followUps(followers, { of: 'batch', ...origin }, errors);
    const jobs = await this.#prepare(requests, origin, errors);
    if (errors.length > 0) throw invalid(errors.slice(0, MAX_ERRORS));
    const batch = { id: origin.batchId, tenant: origin.tenant, jobs, then };
    return this.admission.enter(caller, jobs.length, async () => {
      const entered = await this.batches.enter(batch, key);
      return { ...entered, isNew: entered.batchId === batch.id };
    });
  }

  /** Others have their turn between jobs, however many there are. */
  async #prepare(requests: readonly unknown[], origin: JobOrigin, errors: FieldError[]): Promise<NewJob[]> {
    const jobs: NewJob[] = [];
    for (const [index, request] of requests.entries()) {
      const intake = await this.intake.prepare(request, origin);
      if (intake.ok) jobs.push(intake.job);
      else errors.push(...intake.errors.map((error) => errorOfJob(index, error)));
      if (errors.length >= MAX_ERRORS) break;
      if (index % JOBS_IN_A_TURN === 0) await turn();
    }
    return jobs;
  }
}

function errorOfJob(index: number, { path, message }: FieldError): FieldError {
  return { path: path === '' ? `jobs.${index}` : `jobs.${index}.${path}`, message };
}
