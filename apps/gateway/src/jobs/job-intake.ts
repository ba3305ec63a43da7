import { uuidv7 } from 'uuidv7';
import { type Telemetry } from '#libs/observability';
import { type FieldError } from '../http/problem.js';
import { type FollowUp } from '../ledger/follow-up.js';
import { type NewJob } from '../ledger/new-job.js';
import { type TaskRecord, type TaskStore } from '../ledger/task-store.js';
import { EndTellings, type WebhookTerms } from '../notifications/end-tellings.js';
import { FollowUpIntake, type FollowUpOrigin } from './follow-up-intake.js';
import { type JobOptions } from './job-options.js';
import { JOB_REQUEST, type JobRequest } from './job-request.js';
import { permittedPriority } from './permitted-priority.js';
import { RequestCheck } from './request-check.js';
import { type JobOrigin } from './job-origin.js';

/** A job that may be entered, or what is wrong with the request, by path. */
export type Intake =
  { readonly ok: true; readonly job: NewJob } | { readonly ok: false; readonly errors: readonly FieldError[] };

interface IntakeTerms extends WebhookTerms {
  /** The broker's `consumer_timeout`, which no run may come near. */
  readonly ackTimeoutMs: number;
  readonly telemetry: Telemetry;
}

/** The one check of jobs on their way in, whether they come by HTTP, by AMQP or out of a flow. It enters nothing. */
export class JobIntake {
  readonly #check: RequestCheck;
  readonly #followUps: FollowUpIntake;
  readonly #tellings: EndTellings;

  constructor(tasks: TaskStore, { ackTimeoutMs, telemetry, ...webhooks }: IntakeTerms) {
    this.#check = new RequestCheck(tasks, ackTimeoutMs, telemetry);
    this.#tellings = new EndTellings(this.#check, webhooks);
    this.#followUps = new FollowUpIntake(this.#check, this.#tellings);
  }

  /** Checks a request, whose JSON must have passed `checkJson`. */
  async prepare(request: unknown, origin: JobOrigin): Promise<Intake> {
    const malformed = JOB_REQUEST.errorsOf(request);
    if (malformed.length > 0) return { ok: false, errors: malformed };
    const asked = request as JobRequest;
    const errors: FieldError[] = [];
    const task = await this.#check.taskOf(asked.task, errors);
    if (task === undefined) return { ok: false, errors };
    const options = this.#check.optionsOf(asked, task, errors);
    const priority = permittedPriority(options.priority, asked, origin.key, errors);
    const payload = this.#check.payloadOf(asked, task, origin.tenant, errors);
    const then = await this.followUps(asked.then, { of: 'job', ...origin }, errors);
    for (const telling of await this.#tellings.read(asked, origin, errors)) {
      const { traceparent } = origin;
      then.push({ id: uuidv7(), position: then.length, on: 'final', spawned: false, traceparent, ...telling });
    }
    if (errors.length > 0) return { ok: false, errors };
    return { ok: true, job: newJob(task, origin, { options, priority, payload, then }) };
  }

  /** See `EndTellings.webhookErrors`. */
  async webhookErrors(url: string, path: string): Promise<readonly FieldError[]> {
    return this.#tellings.webhookErrors(url, path);
  }

  /** Checks the `then` of a request; what is wrong with it is added to `errors`, by path, and left out. */
  async followUps(
    then: readonly unknown[] | undefined,
    origin: FollowUpOrigin,
    errors: FieldError[],
  ): Promise<FollowUp[]> {
    return then === undefined ? [] : this.#followUps.read(then, origin, errors);
  }
}

/** What was read of a request. */
interface JobParts {
  readonly options: JobOptions;
  readonly priority: number;
  readonly payload: Pick<NewJob, 'payload' | 'files'>;
  readonly then: readonly FollowUp[];
}

// Every field is named: an object of so many that is put together of other objects takes a hundred times as long to make.
function newJob(task: TaskRecord, origin: JobOrigin, { options, priority, payload, then }: JobParts): NewJob {
  return {
    id: origin.id ?? uuidv7(),
    tenant: origin.tenant,
    task: task.name,
    queue: task.queue,
    queueKey: task.queueKey,
    priority,
    payload: payload.payload,
    files: payload.files,
    metadata: options.metadata,
    maxAttempts: options.maxAttempts,
    backoff: options.backoff,
    timeoutMs: options.timeoutMs,
    givenOptions: options.given,
    schemaHash: task.hash,
    traceparent: origin.traceparent,
    scheduledFor: options.scheduledFor,
    expiresAt: options.expiresAt,
    batchId: origin.batchId ?? null,
    uniqueKey: options.uniqueKey,
    uniqueUntil: options.uniqueUntil,
    apiKeyId: limitedKeyOf(origin),
    concurrencyKey: options.concurrencyKey,
    parentId: origin.parentId ?? null,
    followsBatch: origin.followsBatch ?? null,
    then,
  };
}

function limitedKeyOf({ key }: JobOrigin): string | null {
  return (key?.limits.maxOpenJobs ?? null) === null ? null : (key?.id ?? null);
}
