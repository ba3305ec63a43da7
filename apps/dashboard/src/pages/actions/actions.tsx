import { type ReactNode } from 'react';
import { Link } from 'react-router';
import { type Action, readActions } from '../../api/own-calls';
import { useLive } from '../../api/use-live';
import { Loaded } from '../../ui/loaded';
import { Page } from '../../ui/page';
import { Pager, useCursor } from '../../ui/pager';
import { StatusBadge } from '../../ui/status-badge';
import { type Column, Table } from '../../ui/table';
import { Time } from '../../ui/time';

/** Who has changed what, newest first. */
export function Actions(): ReactNode {
  const cursor = useCursor();
  const query = useLive(['actions', cursor], (signal) => readActions(cursor, signal));
  return (
    <Page title="Actions">
      <div className="card">
        <Loaded query={query}>
          {({ data }) => (
            <Table
              label="Actions"
              columns={COLUMNS}
              rows={data}
              keyOf={({ id }) => id}
              empty="Nobody has changed anything yet."
            />
          )}
        </Loaded>
      </div>
      <Pager nextCursor={query.data?.nextCursor ?? null} />
    </Page>
  );
}

const COLUMNS: readonly Column<Action>[] = [
  { name: 'When', cell: ({ at }) => <Time at={at} /> },
  { name: 'Who', cell: ({ key }) => key.name },
  { name: 'By', cell: ({ via }) => via, isMinor: true },
  {
    name: 'What',
    cell: ({ method, route }) => (
      <code>
        {method} {route}
      </code>
    ),
  },
  { name: 'Of', cell: (action) => <ActedOn action={action} />, isMinor: true },
  { name: 'Outcome', cell: ({ status }) => <StatusBadge status={outcomeOf(status)} /> },
];

function ActedOn({ action: { route, object } }: { readonly action: Action }): ReactNode {
  const isJob = object !== null && route.startsWith('/v1/jobs') && !object.includes(' ');
  return isJob ? <Link to={`/jobs/${object}`}>{object.slice(-12)}</Link> : <span className="one-line">{object}</span>;
}

function outcomeOf(status: number | null): string {
  if (status === null) return 'unknown';
  if (status < 400) return 'done';
  return status < 500 ? `refused ${status}` : `failed ${status}`;
}
