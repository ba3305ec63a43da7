import { type FieldError, invalid } from '../http/problem.js';
import { type JobIntake } from '../jobs/job-intake.js';
import { type ScheduleDefinition } from '../ledger/schedule-row.js';
import { readScheduleRequest } from './schedule-request.js';

/** Checks schedules on their way in; their jobs are checked as any request for a job. */
export class ScheduleCheck {
  constructor(private readonly intake: JobIntake) {}

  /** @throws Problem 422 that names each wrong field */
  async definition(body: unknown, tenant: string): Promise<ScheduleDefinition> {
    const errors: FieldError[] = [];
    const request = readScheduleRequest(body, errors);
    if (request === undefined) throw invalid(errors);
    const { job, ...own } = request;
    const intake = await this.intake.prepare(job, { tenant, traceparent: null });
    if (!intake.ok) throw invalid([...errors, ...intake.errors]);
    if (errors.length > 0) throw invalid(errors);
    return { ...own, request: { ...job, task: intake.job.task } };
  }
}
