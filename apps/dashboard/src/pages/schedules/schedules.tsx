import { type Schedule } from '#libs/sdk';
import { type ReactNode } from 'react';
import { Link } from 'react-router';
import { leveret } from '../../api/leveret';
import { useLive } from '../../api/use-live';
import { NewLink } from '../../request-form/starter-links';
import { Loaded } from '../../ui/loaded';
import { Page } from '../../ui/page';
import { Pager, useCursor } from '../../ui/pager';
import { StatusBadge } from '../../ui/status-badge';
import { type Column, Table } from '../../ui/table';
import { Time } from '../../ui/time';
import { SCHEDULE } from './schedule-kind';
import { timingText } from './timing-text';

/** What starts jobs by the clock. */
export function Schedules(): ReactNode {
  const cursor = useCursor();
  const query = useLive(['schedules', cursor], (signal) => leveret.schedules.list({ cursor }).page({ signal }));
  return (
    <Page title="Schedules" actions={<NewLink kind={SCHEDULE} />}>
      <div className="card">
        <Loaded query={query}>
          {({ data }) => (
            <Table
              label="Schedules"
              columns={COLUMNS}
              rows={data}
              keyOf={({ id }) => id}
              empty="There is no schedule."
            />
          )}
        </Loaded>
      </div>
      <Pager nextCursor={query.data?.nextCursor ?? null} />
    </Page>
  );
}

const COLUMNS: readonly Column<Schedule>[] = [
  { name: 'Name', cell: ({ id, name }) => <Link to={`/schedules/${id}`}>{name}</Link> },
  { name: 'State', cell: ({ enabled }) => <StatusBadge status={enabled ? 'enabled' : 'paused'} /> },
  { name: 'When', cell: (schedule) => <code>{timingText(schedule)}</code> },
  { name: 'Task', cell: ({ task }) => String(task), isMinor: true },
  { name: 'Next', cell: ({ nextRunAt }) => <Time at={nextRunAt} /> },
  {
    name: 'Last job',
    isMinor: true,
    cell: ({ lastJobId }) => lastJobId !== null && <Link to={`/jobs/${lastJobId}`}>{lastJobId.slice(-12)}</Link>,
  },
];
