import { type Job } from '#libs/contracts';
import { type TaskStore } from '../ledger/task-store.js';

/** Something that whoever enqueues a job should know, although the job was taken. */
export interface Notice {
  readonly code: 'no_consumer';
  readonly message: string;
}

/** Nobody serves a queue now. Its jobs are kept. */
export function noConsumer(queue: string): Notice {
  return { code: 'no_consumer', message: `No worker of ${queue} is heard of: its jobs wait until one is.` };
}

/** What is to be known of a job that was taken; without a notice nothing is. */
export function noticeOf({ task, queue, status }: Job, tasks: Pick<TaskStore, 'find'>): { readonly notice?: Notice } {
  return status === 'queued' && tasks.find(task)?.workers === 0 ? { notice: noConsumer(queue) } : {};
}
