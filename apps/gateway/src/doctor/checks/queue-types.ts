import { type AnnouncedDomain, announcedDomains } from '../announced-domains.js';
import { type Check } from '../check.js';
import { type Finding, good, note, orGood, toMend } from '../finding.js';
import { type ManagedQueue } from '../management-view.js';
import { domainOfWorkQueue, workQueuesIn } from '../suite-queues.js';

/** Whether every domain works on queues of the declared type, and what is left of the queues that it used before. */
export const queueTypes: Check = {
  name: 'queue types',
  examine: async ({ broker: { queueType, prefix }, management, ledger }) => {
    const domains = await announcedDomains(ledger);
    const others = domains
      .filter((domain) => domain.queueType !== queueType)
      .map((domain) => ofOtherType(domain, queueType));
    const queues = management === undefined ? [] : workQueuesIn(await management.queues(), prefix);
    const newest = new Set(domains.map(({ queueKey }) => `${prefix}.${queueKey}`));
    const former = queues.filter(({ name }) => !newest.has(name)).map((queue) => ofFormer(queue, prefix));
    return orGood([...others, ...former], `Every domain works on ${queueType} queues.`);
  },
};

function ofOtherType({ name, queueType, alive }: AnnouncedDomain, declared: string): Finding {
  const says = `Apps of ${name} work on ${queueType} queues, and QUEUE_TYPE of the gateway is ${declared}.`;
  return alive
    ? toMend(says, 'Give gateway and apps the same QUEUE_TYPE.')
    : note(says, 'Its apps take the declared type when they start with it.');
}

function ofFormer({ name, messages = 0, consumers = 0 }: ManagedQueue, prefix: string): Finding {
  if (messages === 0 && consumers === 0)
    return good(`The former queue ${name} is empty; an app of its domain deletes it.`);
  if (consumers > 0) return note(`The former queue ${name} is being emptied: ${messages} messages are left.`);
  return toMend(
    `${messages} messages wait in the former queue ${name}, and nobody takes them.`,
    `Start an app of ${domainOfWorkQueue(name, prefix) ?? 'its domain'}: it empties former queues of its domain.`,
  );
}
