import { declaredTopology } from '../declared-topology.js';
import { type Finding, orGood, toMend } from '../finding.js';
import { type ManagedQueue } from '../management-view.js';
import { throughManagement } from '../through-management.js';

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
    const says = `The queue ${queue.name} has ${name} = ${shown(have)}, and ${shown(want)} is declared.`;
    return [toMend(says, 'Stop what uses it, delete it when it is empty, and start again: it is declared anew.')];
  });
}

function shown(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}
