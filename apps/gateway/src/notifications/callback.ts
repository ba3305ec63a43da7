import { v7 as uuidv7 } from 'uuid';
import { isRecord, type Job } from '#libs/contracts';
import { type FieldError } from '../http/problem.js';
import { maskedJob } from '../jobs/masked-job.js';
import { type RequestCheck } from '../jobs/request-check.js';
import { type FollowUp } from '../ledger/follow-up.js';
import { type TaskStore } from '../ledger/task-store.js';
import { type NoticeRequest } from './notice-writer.js';

const DELIVER = 'integrations.deliver-webhook';
/** No user can write it: what follows under this name is the gateway's own. */
const CALLBACK = 'callback';

/** What follows from the end of a job that has a `callbackUrl`. The webhook is written when that has come. */
export function callbackOf(url: string, position: number, traceparent: string | null): FollowUp {
  return {
    ...{ id: uuidv7(), position, on: 'final', spawned: false, task: DELIVER, traceparent },
    request: { [CALLBACK]: { url } },
  };
}

/** Refuses to call back where no app delivers webhooks. */
export async function checkCallback(check: Pick<RequestCheck, 'taskOf'>, errors: FieldError[]): Promise<void> {
  if ((await check.taskOf(DELIVER, [])) !== undefined) return;
  errors.push({ path: 'callbackUrl', message: `needs the task ${DELIVER}, which no app has announced` });
}

/** Where the follow-up with this request calls back; undefined when it is another one. */
export function callbackIn(request: Readonly<Record<string, unknown>>): string | undefined {
  const callback = request[CALLBACK];
  return isRecord(callback) && typeof callback['url'] === 'string' ? callback['url'] : undefined;
}

/** Writes the webhooks that tell of the ends of jobs. */
export class CallbackWriter {
  constructor(private readonly tasks: Pick<TaskStore, 'find'>) {}

  /** The job as its users see it. Its files are without a link, which would be over before a late try. */
  requestFor(job: Job, url: string): NoticeRequest {
    const payload = { url, event: `job.${job.status}`, data: maskedJob(job, this.tasks) };
    return { task: DELIVER, payload, metadata: { callbackOf: job.id } };
  }
}
