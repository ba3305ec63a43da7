import { type Job } from '#libs/contracts';
import { type TaskStore } from '../ledger/task-store.js';
import { withoutSecrets } from './secret-fields.js';

/** The same job with the secret fields of its payload masked. */
export function maskedJob(job: Job, tasks: Pick<TaskStore, 'find'>): Job {
  const schema = tasks.find(job.task)?.schema;
  return schema === undefined ? job : { ...job, payload: withoutSecrets(job.payload, schema) };
}
