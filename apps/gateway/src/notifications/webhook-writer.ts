import { type Job } from '#libs/contracts';
import { maskedJob } from '../jobs/masked-job.js';
import { type TaskStore } from '../ledger/task-store.js';
import { type Callback, DELIVER_WEBHOOK } from './end-tellings.js';
import { type NoticeRequest } from './notice-writer.js';

/** Writes the webhooks that tell of the ends of jobs. */
export class WebhookWriter {
  constructor(private readonly tasks: Pick<TaskStore, 'find'>) {}

  /** To the `callbackUrl` of a job. */
  requestFor(job: Job, { url }: Callback): NoticeRequest {
    return { task: DELIVER_WEBHOOK, payload: { url, ...this.contentOf(job) }, metadata: { callbackOf: job.id } };
  }

  /** What a webhook says of the end of a job: the job as its users see it. Its files are without a link, which would be over before a late try. */
  contentOf(job: Job): { readonly event: string; readonly data: Job } {
    return { event: `job.${job.status}`, data: maskedJob(job, this.tasks) };
  }
}
