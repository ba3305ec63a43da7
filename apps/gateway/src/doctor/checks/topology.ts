import { type Topology } from '#libs/broker';
import { declaredTopology } from '../declared-topology.js';
import { type Finding, orGood, toMend } from '../finding.js';
import { type ManagedBinding, type ManagedExchange } from '../management-view.js';
import { throughManagement } from '../through-management.js';

const MEND = 'Restart a gateway, or an app of the domain: each declares what is missing when it connects.';

/** Whether every declared exchange, queue and binding is there, those of the dead letters among them. */
export const topology = throughManagement('exchanges, queues and bindings', async (management, patient) => {
  const declared = await declaredTopology(patient);
  const queues = new Set((await management.queues()).map(({ name }) => name));
  const noQueue = declared.queues
    .filter(({ name }) => !queues.has(name))
    .map(({ name }) => missing(`The queue ${name}`));
  return orGood(
    [
      ...exchangeFindings(declared, await management.exchanges()),
      ...noQueue,
      ...bindingFindings(declared, await management.bindings()),
    ],
    `All ${declared.exchanges.length} exchanges, ${declared.queues.length} queues and ${declared.bindings.length} bindings are there.`,
  );
});

function exchangeFindings(declared: Topology, found: readonly ManagedExchange[]): Finding[] {
  const types = new Map(found.map(({ name, type }) => [name, type]));
  return declared.exchanges.flatMap(({ name, type }) => {
    const actual = types.get(name);
    if (actual === undefined) return [missing(`The exchange ${name}`)];
    if (actual === type) return [];
    const says = `The exchange ${name} is of type ${actual}, and ${type} is declared.`;
    return [toMend(says, 'Stop the suite, delete it, and start again; or choose another EXCHANGE_PREFIX.')];
  });
}

function bindingFindings(declared: Topology, found: readonly ManagedBinding[]): Finding[] {
  const keyOf = (...parts: readonly string[]): string => parts.join('\n');
  const there = new Set(
    found.map((binding) => keyOf(binding.source, binding.destination_type, binding.destination, binding.routing_key)),
  );
  return declared.bindings.flatMap(({ from, to, pattern }) => {
    const [kind, name] = 'queue' in to ? ['queue', to.queue] : ['exchange', to.exchange];
    if (there.has(keyOf(from, kind, name, pattern))) return [];
    return [missing(`The binding of ${name} to ${from} with the key "${pattern}"`)];
  });
}

function missing(what: string): Finding {
  return toMend(`${what} is missing.`, MEND);
}
