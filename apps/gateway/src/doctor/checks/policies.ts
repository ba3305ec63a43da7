import { type Finding, orGood, toMend } from '../finding.js';
import { type ManagedQueue } from '../management-view.js';
import { suiteQueuesIn } from '../suite-queues.js';
import { throughManagement } from '../through-management.js';

/** What a policy may set so that messages are dropped, moved or given up that the suite counts on. */
const HARMFUL = [
  'message-ttl',
  'expires',
  'max-length',
  'max-length-bytes',
  'overflow',
  'delivery-limit',
  'dead-letter-exchange',
  'dead-letter-routing-key',
  'dead-letter-strategy',
  'max-age',
];

/** What takes the limit away again that 4.x has by default. */
const NO_LIMIT = -1;

/** Whether a policy, of an operator too, changes what the suite's queues do with messages. */
export const policies = throughManagement('policies', async (management, { broker }) => {
  const queues = suiteQueuesIn(await management.queues(), broker.prefix);
  return orGood(queues.flatMap(harmOf), 'No policy changes what queues do with messages.');
});

function harmOf(queue: ManagedQueue): Finding[] {
  const set = Object.entries(queue.effective_policy_definition ?? {}).filter(
    ([name, value]) => HARMFUL.includes(name) && !(name === 'delivery-limit' && value === NO_LIMIT),
  );
  if (set.length === 0) return [];
  const names = [queue.policy, queue.operator_policy]
    .filter((name) => typeof name === 'string' && name !== '')
    .join(', ');
  const settings = set.map(([name, value]) => `${name} = ${JSON.stringify(value)}`).join(', ');
  return [
    toMend(
      `The policy ${names} sets ${settings} on ${queue.name}: messages may be dropped or moved.`,
      `Remove it, or narrow its pattern so that it leaves out queues of the suite.`,
    ),
  ];
}
