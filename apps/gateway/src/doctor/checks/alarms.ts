import { type Check, type Patient } from '../check.js';
import { type Finding, orGood, toMend, unknown } from '../finding.js';
import { type ManagedNode } from '../management-view.js';

/** Whether the broker takes messages: its alarms of memory and disk, and nodes that are down or cut off. */
export const alarms: Check = {
  name: 'broker alarms',
  examine: async (patient) => {
    const nodes = (await patient.management?.nodes()) ?? [];
    if (nodes.length === 0 && patient.link.state === 'connecting')
      return [
        unknown(
          'Without a connection nothing shows whether the broker takes messages.',
          'Look again when there is one.',
        ),
      ];
    return orGood(
      [...nodes.flatMap(troublesOf), ...blockedWithoutReason(patient, nodes)],
      'The broker takes messages.',
    );
  },
};

function blockedWithoutReason({ link }: Patient, nodes: readonly ManagedNode[]): Finding[] {
  if (link.state !== 'blocked' || nodes.some((node) => node.mem_alarm === true || node.disk_free_alarm === true))
    return [];
  return [
    toMend('The broker takes no messages: it is short of memory or disk.', 'Give it more, or let apps work it off.'),
  ];
}

function troublesOf({ name, running, mem_alarm, disk_free_alarm, partitions = [] }: ManagedNode): Finding[] {
  if (!running) return [toMend(`Node ${name} is down.`, 'Start it, or take it out of the cluster.')];
  const found: Finding[] = [];
  if (mem_alarm === true) {
    found.push(
      toMend(
        `Node ${name} is short of memory: no messages are taken.`,
        'Raise vm_memory_high_watermark, or give it more.',
      ),
    );
  }
  if (disk_free_alarm === true) {
    found.push(
      toMend(`Node ${name} is short of disk: no messages are taken.`, 'Free space, or give it a larger disk.'),
    );
  }
  if (partitions.length > 0) {
    found.push(
      toMend(`Node ${name} does not reach ${partitions.join(', ')}.`, 'Mend the network, then restart one side.'),
    );
  }
  return found;
}
