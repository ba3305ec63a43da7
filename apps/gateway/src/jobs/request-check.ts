import { isBareName, utf8Length } from '#libs/contracts';
import { type Telemetry } from '#libs/observability';
import { type FieldError } from '../http/problem.js';
import { type NewJob } from '../ledger/new-job.js';
import { type TaskRecord, type TaskStore } from '../ledger/task-store.js';
import { nearestTask } from '../tasks/nearest-task.js';
import { type JobOptions, readJobOptions } from './job-options.js';
import { type JobRequest } from './job-request.js';
import { readPayloadFiles } from './payload-files.js';
import { PayloadSchemas, UnusableSchemaError } from './payload-schemas.js';
import { TaskLookout } from './task-lookout.js';

/** Checks the parts of a request by what its task has announced. What is wrong is added to `errors`, by path. */
export class RequestCheck {
  readonly #schemas = new PayloadSchemas();
  readonly #lookout: TaskLookout;

  /** @param ackTimeoutMs the broker's `consumer_timeout`, which no run may come near */
  constructor(
    private readonly tasks: TaskStore,
    private readonly ackTimeoutMs: number,
    private readonly telemetry: Telemetry,
  ) {
    this.#lookout = new TaskLookout(tasks);
  }

  /** The task of this name; undefined when there is none that takes jobs. */
  async taskOf(name: string, errors: FieldError[]): Promise<TaskRecord | undefined> {
    let task = await this.#find(name);
    if (task === undefined || task.withdrawn) {
      await this.#lookout.look(name);
      task = await this.#find(name);
    }
    if (task !== undefined && !task.withdrawn) return task;
    errors.push({ path: 'task', message: task === undefined ? this.#unknown(name) : 'is no longer a task of its app' });
    return undefined;
  }

  async #find(name: string): Promise<TaskRecord | undefined> {
    return isBareName(name) ? this.tasks.resolveBare(name) : this.tasks.find(name);
  }

  /** The job's own options over its task's defaults. */
  optionsOf(request: JobRequest, task: TaskRecord, errors: FieldError[]): JobOptions {
    return readJobOptions(request, task, this.ackTimeoutMs, errors);
  }

  /** The payload as JSON text, and the files that it names. One that is too large is looked at no further. */
  payloadOf(
    request: JobRequest,
    task: TaskRecord,
    tenant: string,
    errors: FieldError[],
  ): Pick<NewJob, 'payload' | 'files'> {
    const payload = request.payload === undefined ? {} : request.payload;
    const found: FieldError[] = [];
    const read = readPayloadFiles(payload, tenant, found);
    const text = JSON.stringify(read.payload);
    const size = utf8Length(text);
    if (size > task.maxPayload) {
      errors.push({ path: 'payload', message: `must be at most ${task.maxPayload} bytes of JSON, is ${size}` });
    } else errors.push(...this.#schemaErrors(payload, task), ...found);
    return { payload: text, files: read.files };
  }

  #unknown(name: string): string {
    const names = this.tasks.all().map((task) => task.name);
    const holders = names.filter((known) => known.endsWith(`.${name}`));
    if (holders.length > 1) return `is a task of more than one domain: name one of ${holders.join(', ')}`;
    const meant = nearestTask(name, this.tasks.all());
    return `is no task that an app has announced${meant === undefined ? '' : `; did you mean ${meant}?`}`;
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
