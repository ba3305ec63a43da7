import { isRecord } from '#libs/contracts';
import { type FieldError, invalid } from '../http/problem.js';
import { type JobIntake } from '../jobs/job-intake.js';
import { type JobOrigin } from '../jobs/job-origin.js';
import { type ScheduleDefinition, type ScheduleRecord } from '../ledger/schedule-row.js';
import { changesJobs, readScheduleRequest } from './schedule-request.js';

/** Whose schedule it is, and with which key it is made. */
type ScheduleOrigin = Required<Pick<JobOrigin, 'tenant' | 'key'>>;

/** Checks schedules on their way in; their jobs are checked as any request for a job. */
export class ScheduleCheck {
  constructor(private readonly intake: JobIntake) {}

  /** @throws Problem 422 that names each wrong field */
  async definition(body: unknown, { tenant, key }: ScheduleOrigin): Promise<ScheduleDefinition> {
    const errors: FieldError[] = [];
    const { job, own } = readScheduleRequest(body, errors);
    const intake = await this.intake.prepare(job, { tenant, traceparent: null, key });
    if (!intake.ok) throw invalid([...errors, ...intake.errors]);
    if (own === undefined || errors.length > 0) throw invalid(errors);
    // Ticks come with no key: what its limits make of a priority is written down.
    const { task, priority } = intake.job;
    const held = key.limits.maxPriority === null ? {} : { priority };
    return { ...own, request: { ...job, task, ...held } };
  }

  /**
   * A schedule with changes, null for what is to be as if it had never been given. Jobs that do not change are not
   * checked, so that a schedule can be paused whatever has become of its task.
   * @throws Problem 422 that names each wrong field
   */
  async changed(known: ScheduleRecord, change: unknown, key: ScheduleOrigin['key']): Promise<ScheduleDefinition> {
    if (!isRecord(change)) throw invalid([{ path: '', message: 'must be an object' }]);
    const body = changedBody(known, change);
    if (changesJobs(change)) return this.definition(body, { tenant: known.tenant, key });
    const errors: FieldError[] = [];
    const { own } = readScheduleRequest(body, errors);
    if (own === undefined || errors.length > 0) throw invalid(errors);
    return { ...own, request: known.request };
  }
}

/** The body that the schedule would have been made of, had it been made with the changes. */
function changedBody(
  { name, timing, request, enabled, catchUp, overlap }: ScheduleRecord,
  change: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const timed = ['cron', 'every'].some((field) => (change[field] ?? null) !== null);
  const kept = timed ? { ...timing, cron: null, every: null } : timing;
  const whole = { ...request, ...kept, name, enabled, catchUp, overlap, ...change };
  return Object.fromEntries(Object.entries(whole).filter(([, value]) => value !== null));
}
