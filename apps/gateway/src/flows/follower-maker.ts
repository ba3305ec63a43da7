import {
  clippedText,
  DEFAULT_BACKOFF,
  DEFAULT_MAX_ATTEMPTS,
  domainOf,
  type Failure,
  LIMITS,
  PRIORITIES,
  TIMES,
} from '#libs/contracts';
import { shownBatch } from '../batches/batch-view.js';
import { type FieldError } from '../http/problem.js';
import { type JobIntake } from '../jobs/job-intake.js';
import { type JobOrigin } from '../jobs/job-origin.js';
import { maskedJob } from '../jobs/masked-job.js';
import { type DueFollowUp } from '../ledger/ending-store.js';
import { type Follower } from '../ledger/follower-entry.js';
import { type NewJob } from '../ledger/new-job.js';
import { type TaskStore } from '../ledger/task-store.js';
import { type EndTeller } from '../notifications/end-teller.js';
import { type NoticeRequest } from '../notifications/notice-writer.js';
import { fillPlaceholders } from '../placeholders/fill-placeholders.js';

/** Makes the jobs of follow-ups: fills in their placeholders and checks them as any request for a job is checked. */
export class FollowerMaker {
  constructor(
    private readonly intake: Pick<JobIntake, 'prepare' | 'followUps'>,
    private readonly tasks: Pick<TaskStore, 'find'>,
    private readonly ends: Pick<EndTeller, 'requestFor'>,
  ) {}

  /** A follower that cannot be made says why; whatever is wrong with one holds up no other. */
  async make(due: DueFollowUp): Promise<Follower> {
    try {
      return await this.#made(due);
    } catch (error) {
      return this.#unmade(due, null, [{ path: 'payload', message: String(error) }]);
    }
  }

  /** The same of what tells somebody of the end. */
  async makeTold(due: DueFollowUp, request: NoticeRequest): Promise<Follower> {
    try {
      const intake = await this.intake.prepare(request, originOf(due));
      return intake.ok ? { job: intake.job, failure: null } : await this.#unmade(due, request.payload, intake.errors);
    } catch (error) {
      return this.#unmade(due, null, [{ path: 'payload', message: String(error) }]);
    }
  }

  async #made(due: DueFollowUp): Promise<Follower> {
    const told = due.job === undefined ? undefined : this.ends.requestFor(due.request, due.job);
    return told === undefined ? this.#followed(due) : this.makeTold(due, told);
  }

  async #followed(due: DueFollowUp): Promise<Follower> {
    const payload = due.request['payload'] ?? {};
    const filled = fillPlaceholders(payload, {
      path: 'payload',
      values: this.#valuesOf(due),
      maxBytes: LIMITS.requestBody,
    });
    if (!filled.ok) return this.#unmade(due, null, filled.errors);
    const intake = await this.intake.prepare({ ...due.request, payload: filled.value }, originOf(due));
    return intake.ok ? { job: intake.job, failure: null } : this.#unmade(due, filled.value, intake.errors);
  }

  /** What placeholders may name: the job and the batch as users see them. */
  #valuesOf({ job, batch }: DueFollowUp): Record<string, unknown> {
    return {
      ...(job === undefined ? {} : { result: job.result, error: job.error, job: maskedJob(job, this.tasks) }),
      ...(batch === undefined ? {} : { batch: shownBatch(batch) }),
    };
  }

  // Its payload is null when it could not be filled in: a retry by hand must not run with what was to be replaced.
  async #unmade(due: DueFollowUp, payload: unknown, errors: readonly FieldError[]): Promise<Follower> {
    const origin = originOf(due);
    const then = await this.intake.followUps(thenOf(due), { of: 'job', ...origin }, []);
    return { job: { ...bareJob(due, origin), payload: JSON.stringify(payload), then }, failure: failureOf(errors) };
  }
}

function originOf({ id, tenant, traceparent, job, batch }: DueFollowUp): JobOrigin & { readonly id: string } {
  return {
    ...{ id, tenant, traceparent, stored: true },
    ...(job === undefined ? {} : { parentId: job.id }),
    ...(batch === undefined ? {} : { followsBatch: batch.id }),
  };
}

function thenOf({ request }: DueFollowUp): readonly unknown[] | undefined {
  const then = request['then'];
  return Array.isArray(then) ? then : undefined;
}

function failureOf(errors: readonly FieldError[]): Failure {
  const ofPayload = errors.every(({ path }) => path === 'payload' || path.startsWith('payload.'));
  const message = errors.map(({ path, message: wrong }) => `${path} ${wrong}`).join('; ');
  return { code: ofPayload ? 'invalid_payload' : 'invalid_job', message: clippedText(message, LIMITS.errorMessage) };
}

/** A job of which nothing is known but its task; it is entered to be seen. */
function bareJob({ task, request }: DueFollowUp, origin: JobOrigin & { readonly id: string }): Omit<NewJob, 'payload'> {
  const queue = domainOf(task);
  return {
    ...{ task, queue, queueKey: queue, id: origin.id, tenant: origin.tenant, traceparent: origin.traceparent },
    ...{
      parentId: origin.parentId ?? null,
      followsBatch: origin.followsBatch ?? null,
      batchId: null,
      files: [],
      then: [],
    },
    metadata: JSON.stringify(request['metadata'] ?? {}),
    ...{ priority: PRIORITIES.normal, maxAttempts: DEFAULT_MAX_ATTEMPTS, backoff: DEFAULT_BACKOFF },
    ...{ timeoutMs: TIMES.defaultTimeoutMs, givenOptions: null, schemaHash: null },
    ...{ scheduledFor: null, expiresAt: null },
    ...{ uniqueKey: null, uniqueUntil: null, apiKeyId: null, concurrencyKey: null },
  };
}
