import { type AnnouncedDomain, announcedDomains } from '../announced-domains.js';
import { type Finding, orGood, toMend } from '../finding.js';
import { type ManagedConsumer, type ManagedQueue } from '../management-view.js';
import { domainOfWorkQueue } from '../suite-queues.js';
import { throughManagement } from '../through-management.js';

/** Whether somebody works on every domain's queue, and takes messages as an app of the suite does. */
export const consumers = throughManagement('consumers', async (management, { broker: { prefix }, ledger }) => {
  const queues = new Map((await management.queues()).map((queue) => [queue.name, queue]));
  const idle = (await announcedDomains(ledger)).flatMap((domain) =>
    withoutWorker(domain, queues.get(`${prefix}.${domain.queueKey}`)),
  );
  const strange = (await management.consumers())
    .filter(({ queue }) => domainOfWorkQueue(queue.name, prefix) !== undefined)
    .flatMap(oddOf);
  return orGood([...idle, ...strange], 'Every domain has workers.');
});

function withoutWorker({ name, paused, alive, waiting }: AnnouncedDomain, queue: ManagedQueue | undefined): Finding[] {
  if (paused || isWorkedOn(queue)) return [];
  if (alive) {
    // Figures of a queue come a moment after the queue.
    if (queue?.consumers === undefined) return [];
    const says = `Apps of ${name} are about, and none takes messages from its queue.`;
    return [toMend(says, 'Ask /health/ready of the app: it says what keeps it; restart it when that does not help.')];
  }
  if (waiting === 0) return [];
  const many = waiting < 1_000 ? `${waiting}` : '1000 or more';
  return [toMend(`${many} jobs of ${name} wait, and no app of it runs.`, `Start an app of ${name}.`)];
}

/** Workers that have their hands full take nothing from their queue. */
function isWorkedOn(queue: ManagedQueue | undefined): boolean {
  return (queue?.consumers ?? 0) > 0 || (queue?.messages_unacknowledged ?? 0) > 0;
}

function oddOf({ queue, ack_required, prefetch_count, channel_details }: ManagedConsumer): Finding[] {
  const who = channel_details?.connection_name ?? 'A consumer';
  if (!ack_required) {
    const says = `${who} takes messages of ${queue.name} without acknowledging them: what it takes is lost.`;
    return [toMend(says, 'Stop it: work queues are for apps of the suite.')];
  }
  if (prefetch_count > 0) return [];
  const says = `${who} takes messages of ${queue.name} without a limit (prefetch 0), so that others get none.`;
  return [toMend(says, 'Stop it: work queues are for apps of the suite, which take as many as they run.')];
}
