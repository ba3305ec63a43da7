import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { groupMembers } from '../../../tools/processes/process-group.js';
import { type FaultSuite } from './fault-suite.js';
import { type Violation, violation } from './violation.js';

/** A pool of connections that is fuller, and the like. */
const SLACK = 12;

/** What a suite holds at one moment. */
export interface Holdings {
  readonly descriptors: ReadonlyMap<string, number>;
  readonly processes: ReadonlyMap<string, number>;
  readonly connections: number;
  readonly channels: number;
  readonly sessions: number;
}

/** Counts what must come back to where it was. */
export async function holdings({ suite, processes, broker, urls }: FaultSuite): Promise<Holdings> {
  const counted = async (count: (pid: number) => number | Promise<number>): Promise<ReadonlyMap<string, number>> =>
    new Map(
      await Promise.all(
        processes.map(async (name) => [name, await count(suite.process(name).pid)] as [string, number]),
      ),
    );
  // The management API tells what was so some seconds ago.
  const listed = async (kind: string): Promise<number> => {
    const lines = (await broker.control(`list_${kind}`, '--quiet', '--no-table-headers', 'pid', 'vhost')).split('\n');
    return lines.filter((line) => line.endsWith(suite.servers.id)).length;
  };
  const [row] = await suite.servers.query<{ sessions: number }>(
    'select count(*)::int as sessions from pg_stat_activity where datname = current_database()',
  );
  const ports = [...urls.values()].map((url) => Number(new URL(url).port));
  return {
    descriptors: await counted((pid) => descriptorsOf(pid, ports)),
    processes: await counted(async (pid) => (await groupMembers(pid)).length),
    connections: await listed('connections'),
    channels: await listed('channels'),
    sessions: row?.sessions ?? 0,
  };
}

/** Open descriptors but for the sockets of HTTP clients, who keep theirs for as long as they like. */
function descriptorsOf(pid: number, ports: readonly number[]): number {
  const clients = socketsAt(ports);
  return readdirSync(`/proc/${pid}/fd`).filter((descriptor) => !clients.has(targetOf(pid, descriptor))).length;
}

/** The sockets of accepted connections to these ports, as `/proc/<pid>/fd` names them. */
function socketsAt(ports: readonly number[]): ReadonlySet<string> {
  const rows = readFileSync('/proc/net/tcp', 'utf8').split('\n').slice(1);
  const sockets = rows.map((row) => row.trim().split(/\s+/));
  const accepted = sockets.filter(([, local = '']) => ports.includes(Number.parseInt(local.split(':')[1] ?? '', 16)));
  return new Set(accepted.map((columns) => `socket:[${columns[9] ?? ''}]`));
}

function targetOf(pid: number, descriptor: string): string {
  try {
    return readlinkSync(`/proc/${pid}/fd/${descriptor}`);
  } catch {
    return ''; // Closed in between.
  }
}

/** I12: nothing is held that was not held before. */
export function noLeaks(before: Holdings, after: Holdings): readonly Violation[] {
  const more = (kind: string, was: number, is: number, slack: number): readonly string[] =>
    is <= was + slack ? [] : [`${kind}: ${was} became ${is}`];
  return violation('I12', 'something is held for ever', [
    ...[...after.descriptors].flatMap(([name, count]) =>
      more(`file descriptors of ${name}`, before.descriptors.get(name) ?? 0, count, SLACK),
    ),
    ...[...after.processes].flatMap(([name, count]) =>
      more(`processes of ${name}`, before.processes.get(name) ?? 0, count, 0),
    ),
    ...more('connections of the broker', before.connections, after.connections, 0),
    ...more('channels of the broker', before.channels, after.channels, 0),
    ...more('sessions of the database', before.sessions, after.sessions, SLACK),
  ]);
}
