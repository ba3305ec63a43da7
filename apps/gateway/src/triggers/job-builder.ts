import { LIMITS } from '#libs/contracts';
import { type JobIntake } from '../jobs/job-intake.js';
import { type JobBuilder } from '../ledger/firing-store.js';
import { type TaskStore } from '../ledger/task-store.js';

/** What turns the requests of triggers into jobs: the one check of jobs on their way in. */
export function jobBuilder(intake: JobIntake, tasks: Pick<TaskStore, 'find'>): JobBuilder {
  return {
    prepare: (request, origin) => intake.prepare(request, origin),
    maxPayload: (task) => tasks.find(task)?.maxPayload ?? LIMITS.payload,
  };
}
