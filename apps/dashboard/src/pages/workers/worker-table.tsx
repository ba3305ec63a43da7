import { type WorkerProcess } from '#libs/sdk';
import { type ReactNode } from 'react';
import { Link } from 'react-router';
import { sizeText } from '../../ui/number-text';
import { StatusBadge } from '../../ui/status-badge';
import { type Column, Table } from '../../ui/table';
import { Time } from '../../ui/time';

const SHOWN_RUNS = 5;

interface WorkerTableProps {
  readonly workers: readonly WorkerProcess[];
  /** What it lists, for who does not see it. */
  readonly label: string;
  readonly empty: string;
}

export function WorkerTable({ workers, label, empty }: WorkerTableProps): ReactNode {
  return (
    <Table
      label={label}
      columns={COLUMNS}
      rows={workers}
      // Domains may have workers of one name.
      keyOf={({ domain, id }) => `${domain} ${id}`}
      empty={empty}
    />
  );
}

const COLUMNS: readonly Column<WorkerProcess>[] = [
  { name: 'Worker', cell: ({ id }) => <code>{id}</code> },
  { name: 'State', cell: ({ alive }) => <StatusBadge status={alive ? 'alive' : 'silent'} /> },
  { name: 'Version', cell: ({ appVersion }) => appVersion, isMinor: true },
  { name: 'In hand', isNumber: true, cell: ({ runs, concurrency }) => `${runs.length}, ${concurrency} at once` },
  { name: 'Runs', isMinor: true, cell: ({ runs }) => <RunLinks runs={runs} /> },
  { name: 'Memory', isNumber: true, isMinor: true, cell: ({ memory }) => memoryText(memory) },
  { name: 'Started', cell: ({ startedAt }) => <Time at={startedAt} />, isMinor: true },
  { name: 'Last seen', cell: ({ heardAt }) => <Time at={heardAt} /> },
];

function memoryText(memory: WorkerProcess['memory']): string {
  if (memory === null) return '—';
  return memory.limit === null ? sizeText(memory.rss) : `${sizeText(memory.rss)} of ${sizeText(memory.limit)}`;
}

function RunLinks({ runs }: Pick<WorkerProcess, 'runs'>): ReactNode {
  const left = runs.length - SHOWN_RUNS;
  return (
    <>
      {runs.slice(0, SHOWN_RUNS).map(({ jobId, run }) => (
        <Link key={`${jobId} ${run}`} className="id" to={`/jobs/${jobId}`}>
          {jobId.slice(-8)}
        </Link>
      ))}
      {left > 0 && <span className="muted"> and {left} more</span>}
    </>
  );
}
