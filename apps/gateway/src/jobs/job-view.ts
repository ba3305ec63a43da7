import { isFileReference, isRecord, type Job } from '#libs/contracts';
import { belongsTo } from '#libs/storage';
import { type FileLinks } from '../files/file-links.js';
import { type TaskStore } from '../ledger/task-store.js';
import { maskedJob } from './masked-job.js';

/** Shows jobs to users: files of the result with a download link, secret fields of the payload masked. */
export class JobView {
  constructor(
    private readonly tasks: TaskStore,
    private readonly links: FileLinks,
  ) {}

  shown(job: Job): Job {
    return { ...maskedJob(job, this.tasks), result: this.#linked(job.result, job.tenant) };
  }

  #linked(value: unknown, tenant: string): unknown {
    if (Array.isArray(value)) return value.map((item) => this.#linked(item, tenant));
    if (!isRecord(value)) return value;
    if (isFileReference(value) && belongsTo(tenant, value.key)) return this.links.withLink(value);
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, this.#linked(inner, tenant)]));
  }
}
