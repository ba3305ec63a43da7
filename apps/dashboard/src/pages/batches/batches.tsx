import { type Batch } from '#libs/sdk';
import { type ReactNode } from 'react';
import { Link, useSearchParams } from 'react-router';
import { leveret } from '../../api/leveret';
import { useLive } from '../../api/use-live';
import { Choice } from '../../ui/choice';
import { LiveMark } from '../../ui/live-mark';
import { Loaded } from '../../ui/loaded';
import { countText } from '../../ui/number-text';
import { Page } from '../../ui/page';
import { Pager, useCursor } from '../../ui/pager';
import { ProgressBar } from '../../ui/progress-bar';
import { type Column, Table } from '../../ui/table';
import { Time } from '../../ui/time';
import { BatchFinder } from './batch-finder';

/** Each has the counts of all its jobs, which is more work for the ledger than a list of rows. */
const EVERY_MS = 5_000;
const SHOWN = 25;

const STATES = { all: 'All', true: 'Open', false: 'Ended' } as const;
const OPEN = new Map([
  ['true', true],
  ['false', false],
]);

/** Jobs that came in one call, or that a job has spawned, newest first. */
export function Batches(): ReactNode {
  const [parameters, setParameters] = useSearchParams();
  const cursor = useCursor();
  const open = OPEN.get(parameters.get('open') ?? '');
  const query = useLive(
    ['batches', { open }, cursor],
    (signal) => leveret.batches.list({ open, cursor, limit: SHOWN }).page({ signal }),
    { everyMs: EVERY_MS },
  );
  return (
    <Page title="Batches" aside={<LiveMark />}>
      <div className="filters">
        <Choice
          label="Which batches"
          choices={STATES}
          chosen={open === undefined ? 'all' : `${open}`}
          onChoice={(chosen) => setParameters(chosen === 'all' ? {} : { open: chosen })}
        />
        <BatchFinder />
      </div>
      <div className="card">
        <Loaded query={query}>
          {({ data }) => (
            <Table label="Batches" columns={COLUMNS} rows={data} keyOf={({ id }) => id} empty="There is no batch." />
          )}
        </Loaded>
      </div>
      <Pager nextCursor={query.data?.nextCursor ?? null} />
    </Page>
  );
}

const COLUMNS: readonly Column<Batch>[] = [
  {
    name: 'Batch',
    cell: ({ id }) => (
      <Link to={`/batches/${id}`} title={id}>
        <code>{id.slice(-12)}</code>
      </Link>
    ),
  },
  {
    name: 'Progress',
    cell: ({ percent, total }) => <ProgressBar progress={{ percent, message: `of ${countText(total)}` }} />,
  },
  { name: 'Failed', isNumber: true, cell: ({ counts }) => countText(counts.failed) },
  { name: 'Tenant', cell: ({ tenant }) => tenant, isMinor: true },
  { name: 'Created', cell: ({ createdAt }) => <Time at={createdAt} /> },
  { name: 'Completed', cell: ({ completedAt }) => <Time at={completedAt} />, isMinor: true },
];
