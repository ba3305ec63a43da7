import { readdirSync } from 'node:fs';
import { groupMembers } from '../../../tools/processes/process-group.js';
import { type FaultSuite } from './fault-suite.js';
import { type Violation, violation } from './violation.js';

/** Sockets to clients that are still kept open, and the like. */
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
export async function holdings({ suite, processes, broker }: FaultSuite): Promise<Holdings> {
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
  return {
    descriptors: await counted((pid) => readdirSync(`/proc/${pid}/fd`).length),
    processes: await counted(async (pid) => (await groupMembers(pid)).length),
    connections: await listed('connections'),
    channels: await listed('channels'),
    sessions: row?.sessions ?? 0,
  };
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
