import { type Trigger } from '#libs/sdk';
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
import { TRIGGER } from './trigger-kind';

/** What starts jobs for events. */
export function Triggers(): ReactNode {
  const cursor = useCursor();
  const query = useLive(['triggers', cursor], (signal) => leveret.triggers.list({ cursor }).page({ signal }));
  return (
    <Page title="Triggers" actions={<NewLink kind={TRIGGER} />}>
      <div className="card">
        <Loaded query={query}>
          {({ data }) => (
            <Table label="Triggers" columns={COLUMNS} rows={data} keyOf={({ id }) => id} empty="There is no trigger." />
          )}
        </Loaded>
      </div>
      <Pager nextCursor={query.data?.nextCursor ?? null} />
    </Page>
  );
}

const COLUMNS: readonly Column<Trigger>[] = [
  { name: 'Name', cell: ({ id, name }) => <Link to={`/triggers/${id}`}>{name}</Link> },
  { name: 'State', cell: ({ enabled }) => <StatusBadge status={enabled ? 'enabled' : 'paused'} /> },
  { name: 'Events', cell: ({ pattern }) => <code>{pattern}</code> },
  { name: 'Task', cell: ({ task }) => String(task) },
  { name: 'Created', cell: ({ createdAt }) => <Time at={createdAt} />, isMinor: true },
];
