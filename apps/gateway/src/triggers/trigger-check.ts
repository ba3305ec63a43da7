import { isBareName, isRecord } from '#libs/contracts';
import { type FieldError, invalid } from '../http/problem.js';
import { type JobIntake } from '../jobs/job-intake.js';
import { type JobOrigin } from '../jobs/job-origin.js';
import { priorityOf } from '../jobs/job-options.js';
import { type JobRequest } from '../jobs/job-request.js';
import { type TaskStore } from '../ledger/task-store.js';
import { type TriggerDefinition, type TriggerRecord } from '../ledger/trigger-row.js';
import { changesJobs, readTriggerRequest } from './trigger-request.js';
import { lastingErrors, templateErrors } from './triggered-job.js';

/** Whose trigger it is, and with which key it is made. */
type TriggerOrigin = Required<Pick<JobOrigin, 'tenant' | 'key'>>;

/** Checks triggers on their way in; their jobs are checked as any request for a job, as far as their placeholders let that be. */
export class TriggerCheck {
  constructor(
    private readonly intake: JobIntake,
    private readonly tasks: Pick<TaskStore, 'find' | 'resolveBare'>,
  ) {}

  /** @throws Problem 422 that names each wrong field */
  async definition(body: unknown, { tenant, key }: TriggerOrigin): Promise<TriggerDefinition> {
    const errors: FieldError[] = [];
    const { job, own } = readTriggerRequest(body, errors);
    errors.push(...templateErrors(job));
    const intake = await this.intake.prepare(job, { tenant, traceparent: null, key });
    if (!intake.ok) errors.push(...lastingErrors(job, intake.errors));
    if (own === undefined || errors.length > 0) throw invalid(errors);
    const task = await this.#fullName(String(job['task']));
    return { ...own, request: { ...job, task, ...this.#heldPriority(job, task, key.limits.maxPriority) } };
  }

  /**
   * A trigger with changes, null for what is to be as if it had never been given. Jobs that do not change are not checked, so
   * that a trigger can be switched off whatever has become of its task.
   * @throws Problem 422 that names each wrong field
   */
  async changed(known: TriggerRecord, change: unknown, key: TriggerOrigin['key']): Promise<TriggerDefinition> {
    if (!isRecord(change)) throw invalid([{ path: '', message: 'must be an object' }]);
    const { name, pattern, filter, enabled, request } = known;
    const whole: Record<string, unknown> = { ...request, name, pattern, filter, enabled, ...change };
    const body = Object.fromEntries(Object.entries(whole).filter(([, value]) => value !== null));
    if (changesJobs(change)) return this.definition(body, { tenant: known.tenant, key });
    const errors: FieldError[] = [];
    const { own } = readTriggerRequest(body, errors);
    if (own === undefined || errors.length > 0) throw invalid(errors);
    return { ...own, request };
  }

  /** Events come with no key: what its limits make of a priority is written down. */
  #heldPriority(job: Pick<JobRequest, 'priority'>, task: string, most: number | null): Pick<JobRequest, 'priority'> {
    if (most === null) return {};
    const asked = priorityOf(job, this.tasks.find(task)?.defaults.priority ?? most);
    return { priority: Math.min(asked, most) };
  }

  async #fullName(task: string): Promise<string> {
    return isBareName(task) ? ((await this.tasks.resolveBare(task))?.name ?? task) : task;
  }
}
