import { v7 as uuidv7 } from 'uuid';
import { nearest } from '#libs/config';
import { isBareName, isTaskName, utf8Length } from '#libs/contracts';
import { type Telemetry } from '#libs/observability';
import { type FieldError } from '../http/problem.js';
import { type KeyLimits } from '../ledger/limits.js';
import { type NewJob } from '../ledger/job-store.js';
import { type TaskRecord, type TaskStore } from '../ledger/task-store.js';
import { readJobOptions } from './job-options.js';
import { JOB_REQUEST, type JobRequest, UNSUPPORTED_FIELDS } from './job-request.js';
import { readPayloadFiles } from './payload-files.js';
import { PayloadSchemas, UnusableSchemaError } from './payload-schemas.js';

/** A task's name is long: this many slips still leave no doubt. */
const MAX_SLIPS = 4;

/** Where a request for a job comes from. */
export interface JobOrigin {
  readonly tenant: string;
  /** @default a new UUIDv7 */
  readonly id?: string;
  /** @default none */
  readonly batchId?: string;
  readonly traceparent: string | null;
  /** The key that the request came with. @default none, and no limit */
  readonly key?: { readonly id: string; readonly limits: KeyLimits };
}

/** A job that may be entered, or what is wrong with the request, by path. */
export type Intake =
  { readonly ok: true; readonly job: NewJob } | { readonly ok: false; readonly errors: readonly FieldError[] };

/** The one check of jobs on their way in, whether they come by HTTP or by AMQP. It enters nothing. */
export class JobIntake {
  readonly #schemas = new PayloadSchemas();

  /** @param ackTimeoutMs the broker's `consumer_timeout`, which no run may come near */
  constructor(
    private readonly tasks: TaskStore,
    private readonly ackTimeoutMs: number,
    private readonly telemetry: Telemetry,
  ) {}

  /** Checks a request, whose JSON must have passed `checkJson`. */
  async prepare(request: unknown, origin: JobOrigin): Promise<Intake> {
    const malformed = JOB_REQUEST.errorsOf(request).map(explained);
    if (malformed.length > 0) return { ok: false, errors: malformed };
    const asked = request as JobRequest;
    const task = await this.#taskOf(asked.task);
    if (!('schema' in task)) return { ok: false, errors: [task] };
    const errors: FieldError[] = [];
    const options = readJobOptions(asked, task, this.ackTimeoutMs, errors);
    const priority = permittedPriority(options.priority, asked, origin, errors);
    const payload = this.#payloadOf(asked, task, origin.tenant, errors);
    if (errors.length > 0) return { ok: false, errors };
    return { ok: true, job: { ...options, ...identity(task, origin), priority, payload } };
  }

  async #taskOf(name: string): Promise<TaskRecord | FieldError> {
    const task = isBareName(name) ? await this.tasks.resolveBare(name) : this.tasks.find(name);
    if (task?.withdrawn === true) return { path: 'task', message: 'is no longer a task of its app' };
    return task ?? { path: 'task', message: this.#unknown(name) };
  }

  #unknown(name: string): string {
    const names = this.tasks.all().map((task) => task.name);
    const holders = names.filter((known) => known.endsWith(`.${name}`));
    if (holders.length > 1) return `is a task of more than one domain: name one of ${holders.join(', ')}`;
    const meant = isTaskName(name) ? nearest(name, names, MAX_SLIPS) : undefined;
    return `is no task that an app has announced${meant === undefined ? '' : `; did you mean ${meant}?`}`;
  }

  /** The payload as JSON text. One that is too large is looked at no further. */
  #payloadOf(request: JobRequest, task: TaskRecord, tenant: string, errors: FieldError[]): string {
    const payload = request.payload === undefined ? {} : request.payload;
    const found: FieldError[] = [];
    const text = JSON.stringify(readPayloadFiles(payload, tenant, found));
    const size = utf8Length(text);
    if (size > task.maxPayload) {
      errors.push({ path: 'payload', message: `must be at most ${task.maxPayload} bytes of JSON, is ${size}` });
    } else errors.push(...this.#schemaErrors(payload, task), ...found);
    return text;
  }

  #schemaErrors(payload: unknown, task: TaskRecord): FieldError[] {
    try {
      return this.#schemas.checkOf(task)(payload);
    } catch (error) {
      if (!(error instanceof UnusableSchemaError)) throw error;
      this.telemetry.emit('schema.refused', { task: task.name, reason: error.message });
      return [{ path: 'task', message: 'has announced a schema that payloads cannot be checked against' }];
    }
  }
}

function identity(
  task: TaskRecord,
  origin: JobOrigin,
): Pick<
  NewJob,
  'id' | 'tenant' | 'traceparent' | 'batchId' | 'apiKeyId' | 'task' | 'queue' | 'queueKey' | 'schemaHash'
> {
  return {
    id: origin.id ?? uuidv7(),
    tenant: origin.tenant,
    traceparent: origin.traceparent,
    batchId: origin.batchId ?? null,
    apiKeyId: (origin.key?.limits.maxOpenJobs ?? null) === null ? null : (origin.key?.id ?? null),
    task: task.name,
    queue: task.queue,
    queueKey: task.queueKey,
    schemaHash: task.hash,
  };
}

/** The highest that the key may use, where a task's own is higher and the request names none. */
function permittedPriority(priority: number, asked: JobRequest, { key }: JobOrigin, errors: FieldError[]): number {
  const most = key?.limits.maxPriority ?? null;
  if (most === null || priority <= most) return priority;
  if (asked.priority !== undefined) errors.push(priorityError(most));
  return most;
}

/** What is wrong with a priority that is higher than a key may use. */
export function priorityError(most: number): FieldError {
  return { path: 'priority', message: `must be at most ${most}, the highest that the API key may use` };
}

function explained({ path, message }: FieldError): FieldError {
  const unsupported = UNSUPPORTED_FIELDS.some((field) => field === path);
  return { path, message: unsupported ? 'is not supported by this version yet' : message };
}
