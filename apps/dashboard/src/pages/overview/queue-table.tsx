import { type Queue } from '#libs/sdk';
import { type ReactNode } from 'react';
import { Link } from 'react-router';
import { countText } from '../../ui/number-text';
import { StatusBadge } from '../../ui/status-badge';
import { type Column, Table } from '../../ui/table';
import { durationText } from '../../ui/time';

export function QueueTable({ queues }: { readonly queues: readonly Queue[] }): ReactNode {
  return (
    <Table
      label="Queues"
      columns={COLUMNS}
      rows={queues}
      keyOf={({ name }) => name}
      empty="No app has announced a queue yet."
    />
  );
}

/** Whether jobs of a queue are run, in a word. */
export function queueState({ paused, consumers }: Queue): string {
  if (paused) return 'paused';
  return consumers === 0 ? 'no workers' : 'open';
}

/** How long runs had waited. While gateways are being upgraded an earlier one may answer, which says nothing of it. */
export function waited({ waitingTime }: Partial<Queue>, of: 'avg' | 'p50' | 'p95'): number | null {
  return waitingTime?.[of] ?? null;
}

/** A duration that there may be none of. */
export function orDash(ms: number | null): string {
  return ms === null ? '—' : durationText(ms);
}

const counted = (name: string, of: (queue: Queue) => number, isMinor = false): Column<Queue> => ({
  name,
  isNumber: true,
  isMinor,
  cell: (queue) => countText(of(queue)),
});

const timed = (name: string, of: (queue: Queue) => readonly (number | null)[]): Column<Queue> => ({
  name,
  isNumber: true,
  isMinor: true,
  cell: (queue) => {
    const values = of(queue);
    return values.every((ms) => ms === null) ? '—' : values.map(orDash).join(' / ');
  },
});

const COLUMNS: readonly Column<Queue>[] = [
  { name: 'Queue', cell: ({ name }) => <Link to={`/queues/${encodeURIComponent(name)}`}>{name}</Link> },
  { name: 'State', cell: (queue) => <StatusBadge status={queueState(queue)} /> },
  counted('Waiting', ({ waiting }) => waiting),
  counted('Running', ({ active }) => active),
  counted('Retrying', ({ delayed }) => delayed, true),
  counted('Scheduled', ({ scheduled }) => scheduled, true),
  counted('Failed', ({ failed }) => failed),
  counted('Dead', ({ dead }) => dead, true),
  { name: 'Jobs/s', isNumber: true, cell: ({ throughput }) => throughput.toFixed(throughput < 10 ? 1 : 0) },
  timed('Wait p50 / p95', (queue) => [waited(queue, 'p50'), waited(queue, 'p95')]),
  timed('Run p50 / p95', ({ processingTime: { p50, p95 } }) => [p50, p95]),
  timed('Oldest waits', ({ oldestWaitingMs }) => [oldestWaitingMs]),
  counted('Workers', ({ consumers }) => consumers, true),
];
