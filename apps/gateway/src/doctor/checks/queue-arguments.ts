import { declaredTopology } from '../declared-topology.js';
import { type Finding, orGood, toMend } from '../finding.js';
import { type ManagedQueue } from '../management-view.js';
import { throughManagement } from '../through-management.js';

const DELIVERY_LIMIT = 'x-delivery-limit';

/** Whether queues have the arguments that are declared, the waiting times of the delay ladder among them. */
export const queueArguments = throughManagement('queue arguments', async (management, patient) => {
  const found = new Map((await management.queues()).map((queue) => [queue.name, queue]));
  const { queues } = await declaredTopology(patient);
  const findings = queues.flatMap((spec) => {
    const queue = found.get(spec.name);
    return queue === undefined ? [] : differences(queue, spec.arguments);
  });
  return orGood(findings, 'Every queue has the arguments that are declared.');
});

function differences(queue: ManagedQueue, declared: Readonly<Record<string, unknown>>): Finding[] {
  const given = { ...queue.arguments, ...(queue.type === undefined ? {} : { 'x-queue-type': queue.type }) };
  const names = new Set([...Object.keys(declared), ...Object.keys(given)]);
  return [...names].flatMap((name) => {
    const [want, have] = [declared[name], (given as Record<string, unknown>)[name]];
    if (want === have) return [];
    if (name === DELIVERY_LIMIT && have === undefined) return withoutLimitGiven(queue);
    const says = `The queue ${queue.name} has ${name} = ${shown(have)}, and ${shown(want)} is declared.`;
    return [toMend(says, 'Stop what uses it, delete it when it is empty, and start again: it is declared anew.')];
  });
}

/** A queue that was made before its broker was upgraded to 4.x, which has a limit of its own from then on. */
function withoutLimitGiven({ name, effective_policy_definition: policy }: ManagedQueue): Finding[] {
  if (policy !== undefined && 'delivery-limit' in policy && policy['delivery-limit'] === -1) return [];
  return [
    toMend(
      `The queue ${name} was made before RabbitMQ 4: a message is dropped from it after 20 returns.`,
      'Set a policy with delivery-limit = -1 for it, or delete it when it is empty: it is declared anew.',
    ),
  ];
}

function shown(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}
