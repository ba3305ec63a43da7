import { brokerNames } from '#libs/broker';
import { good, toMend } from '../finding.js';
import { throughManagement } from '../through-management.js';

/** Whether services have sent messages for a domain that no app has announced: they become no job before one does. */
export const unroutable = throughManagement('unroutable messages', async (management, { broker: { prefix } }) => {
  const name = brokerNames(prefix).unroutable;
  const { messages = 0 } = (await management.queues()).find((queue) => queue.name === name) ?? {};
  if (messages === 0) return [good('Every message from services is for a domain that an app has announced.')];
  return [
    toMend(
      `${messages} messages in ${name} are for domains that no app has announced.`,
      'Their routing keys say which. Start the app, which takes them in. If a sender has misspelt a domain, correct it; purge the ' +
        'queue only when nothing else is left in it: it is shared by all services, and nobody else has these messages.',
    ),
  ];
});
