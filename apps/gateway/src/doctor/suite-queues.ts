import { type ManagedQueue } from './management-view.js';

/** The queues of this suite: those whose name begins with its prefix. */
export function suiteQueuesIn(queues: readonly ManagedQueue[], prefix: string): readonly ManagedQueue[] {
  return queues.filter(({ name }) => name.startsWith(`${prefix}.`));
}

/** A work queue's name: prefix, domain, type and number. */
const WORK_QUEUE = /^([a-z0-9-]+)\.(?:classic|quorum)-\d+$/;

/** The domain that a queue does or did the work of; undefined for any other queue. */
export function domainOfWorkQueue(name: string, prefix: string): string | undefined {
  return name.startsWith(`${prefix}.`) ? WORK_QUEUE.exec(name.slice(prefix.length + 1))?.[1] : undefined;
}

export function workQueuesIn(queues: readonly ManagedQueue[], prefix: string): readonly ManagedQueue[] {
  return queues.filter(({ name }) => domainOfWorkQueue(name, prefix) !== undefined);
}
