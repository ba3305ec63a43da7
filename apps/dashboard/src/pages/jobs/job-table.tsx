import { type Job } from '#libs/sdk';
import { type ReactNode } from 'react';
import { Link } from 'react-router';
import { ProgressBar } from '../../ui/progress-bar';
import { StatusBadge } from '../../ui/status-badge';
import { type Column, Table } from '../../ui/table';
import { Time } from '../../ui/time';
import { type Steady } from '../../ui/use-steady';
import { type Selection } from './use-selection';

interface JobTableProps {
  readonly jobs: readonly Job[];
  readonly hold?: Steady<unknown>['hold'];
  /** Given to who may do something with chosen jobs. */
  readonly selection?: Selection;
}

export function JobTable({ jobs, hold, selection }: JobTableProps): ReactNode {
  return (
    <Table
      label="Jobs"
      columns={selection === undefined ? COLUMNS : [choiceColumn(selection), ...COLUMNS]}
      rows={jobs}
      keyOf={({ id }) => id}
      empty="No job fits these filters."
      {...(hold === undefined ? {} : { hold })}
    />
  );
}

const COLUMNS: readonly Column<Job>[] = [
  { name: 'Status', cell: ({ status }) => <StatusBadge status={status} /> },
  {
    name: 'Job',
    cell: ({ id, task }) => (
      <Link to={`/jobs/${id}`} className="job-link">
        <span>{task}</span>
        <code className="muted">{id.slice(-12)}</code>
      </Link>
    ),
  },
  { name: 'Queue', cell: ({ queue }) => queue, isMinor: true },
  { name: 'Tenant', cell: ({ tenant }) => tenant, isMinor: true },
  {
    name: 'Attempt',
    isNumber: true,
    isMinor: true,
    cell: ({ attempt, maxAttempts }) => `${attempt} of ${maxAttempts}`,
  },
  { name: 'Details', cell: (job) => <Remark job={job} />, isMinor: true },
  { name: 'Created', cell: ({ createdAt }) => <Time at={createdAt} /> },
];

function Remark({ job: { status, error, progress } }: { readonly job: Job }): ReactNode {
  if (error !== null && status !== 'completed') {
    return (
      <span className="one-line" title={error.message}>
        <code>{error.code}</code> {error.message}
      </span>
    );
  }
  return status === 'running' ? <ProgressBar progress={progress} /> : null;
}

function choiceColumn({ has, toggle }: Selection): Column<Job> {
  return {
    name: 'Choose',
    isNameless: true,
    cell: ({ id }) => (
      <input type="checkbox" aria-label={`Choose job ${id}`} checked={has(id)} onChange={() => toggle(id)} />
    ),
  };
}
