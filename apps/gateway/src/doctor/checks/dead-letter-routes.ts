import { type Finding, orGood, toMend } from '../finding.js';
import { type ManagedQueue } from '../management-view.js';
import { reachesQueue, type Routing } from '../routes.js';
import { suiteQueuesIn } from '../suite-queues.js';
import { throughManagement } from '../through-management.js';

/** Whether what the broker itself takes out of a queue (expired, rejected, over a limit) arrives in another. */
export const deadLetterRoutes = throughManagement('dead-letter routes', async (management, { broker }) => {
  const routing = { exchanges: await management.exchanges(), bindings: await management.bindings() };
  const queues = suiteQueuesIn(await management.queues(), broker.prefix);
  const findings = queues.flatMap((queue) => deadEndOf(queue, routing));
  return orGood(findings, 'Every dead-letter exchange leads to a queue.');
});

function deadEndOf(queue: ManagedQueue, routing: Routing): Finding[] {
  const exchange = settingOf(queue, 'dead-letter-exchange');
  if (exchange === undefined || exchange === '') return [];
  if (!routing.exchanges.some(({ name }) => name === exchange)) {
    const says = `The dead letters of ${queue.name} go to the exchange ${exchange}, which does not exist: they are lost.`;
    return [
      toMend(says, 'Make the exchange: a restart of the gateway declares its own; or remove the policy that names it.'),
    ];
  }
  const key = settingOf(queue, 'dead-letter-routing-key');
  if (reachesQueue(routing, exchange, key)) return [];
  const as = key === undefined ? '' : ` with the key ${key}`;
  return [
    toMend(
      `The dead letters of ${queue.name} go to ${exchange}${as}, and no queue is bound for them: they are lost.`,
      'Restart a gateway, or an app of the domain, which bind their queues; or bind one.',
    ),
  ];
}

/** An argument comes before a policy. */
function settingOf(
  { arguments: given, effective_policy_definition: policy }: ManagedQueue,
  name: string,
): string | undefined {
  const own: unknown = given?.[`x-${name}`];
  const value: unknown = own ?? (policy as Readonly<Record<string, unknown>> | undefined)?.[name];
  return typeof value === 'string' ? value : undefined;
}
