import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { callManagement } from '../../../../tools/local-nodes/management-api.js';
import { type LocalNode } from '../../../../tools/local-nodes/local-node.js';
import { disconnecting, type Fault, type Scene, sparing } from '../fault.js';

const ALARM_MS = 3_000;
const FREEZE_MS = 4_000;

/** Broker and database: restarted, killed, frozen, short of memory, and without their connections. */
export const SERVER_FAULTS: readonly Fault[] = [
  { kind: 'broker restarted', strike: disconnecting(({ system }) => bounce(system.broker, 'stop')) },
  { kind: 'broker killed', strike: disconnecting(({ system }) => bounce(system.broker, 'kill')) },
  { kind: 'broker frozen', strike: sparing(({ system }) => freeze(system.broker)) },
  { kind: 'broker out of memory', strike: sparing(raiseMemoryAlarm) },
  { kind: 'every connection of the broker closed', strike: disconnecting(closeConnections) },
  { kind: 'database restarted', strike: sparing(({ system }) => bounce(system.database, 'stop')) },
  { kind: 'database killed', strike: sparing(({ system }) => bounce(system.database, 'kill')) },
  { kind: 'every session of the database ended', strike: sparing(endSessions) },
];

async function bounce(node: LocalNode, how: 'stop' | 'kill'): Promise<void> {
  await node[how]();
  await node.start();
}

async function freeze({ pids }: LocalNode): Promise<void> {
  for (const pid of pids) process.kill(pid, 'SIGSTOP');
  await wait(FREEZE_MS);
  for (const pid of pids) process.kill(pid, 'SIGCONT');
}

async function raiseMemoryAlarm({ system: { broker } }: Scene): Promise<void> {
  await broker.control('set_vm_memory_high_watermark', 'absolute', '1MB');
  await wait(ALARM_MS);
  await broker.control('set_vm_memory_high_watermark', '0.4');
}

async function closeConnections({ system: { broker, suite } }: Scene): Promise<void> {
  const shown = await callManagement(broker, 'GET', `/api/vhosts/${suite.servers.id}/connections`);
  const connections = (await shown.json()) as readonly { readonly name: string }[];
  await Promise.all(
    connections.map(({ name }) => callManagement(broker, 'DELETE', `/api/connections/${encodeURIComponent(name)}`)),
  );
}

async function endSessions({ system }: Scene): Promise<void> {
  const client = new pg.Client({ connectionString: system.suite.servers.databaseUrl });
  await client.connect();
  await client.query(
    'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
  );
  await client.end();
}
