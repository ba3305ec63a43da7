import { type WebhookEndpoint } from '#libs/sdk';
import { type ReactNode, useState } from 'react';
import { Link } from 'react-router';
import { leveret } from '../../api/leveret';
import { useLive } from '../../api/use-live';
import { useMay } from '../../shell/session';
import { Button } from '../../ui/button';
import { Loaded } from '../../ui/loaded';
import { Page } from '../../ui/page';
import { Pager, useCursor } from '../../ui/pager';
import { StatusBadge } from '../../ui/status-badge';
import { type Column, Table } from '../../ui/table';
import { Time } from '../../ui/time';
import { endpointState } from './endpoint-state';
import { NewEndpoint } from './new-endpoint';

/** Where webhooks go when jobs end. */
export function Endpoints(): ReactNode {
  const [isCreating, setCreating] = useState(false);
  const cursor = useCursor();
  const query = useLive(['endpoints', cursor], (signal) => leveret.webhookEndpoints.list({ cursor }).page({ signal }));
  const create = (
    <Button kind="primary" onClick={() => setCreating(true)}>
      Create an endpoint
    </Button>
  );
  return (
    <Page title="Webhooks" actions={useMay('jobs:write') && create}>
      <div className="card">
        <Loaded query={query}>
          {({ data }) => (
            <Table
              label="Webhook endpoints"
              columns={COLUMNS}
              rows={data}
              keyOf={({ id }) => id}
              empty="There is no endpoint: nobody is told when jobs end, but for callbacks of the jobs themselves."
            />
          )}
        </Loaded>
      </div>
      <Pager nextCursor={query.data?.nextCursor ?? null} />
      {isCreating && <NewEndpoint onClose={() => setCreating(false)} />}
    </Page>
  );
}

const COLUMNS: readonly Column<WebhookEndpoint>[] = [
  {
    name: 'Endpoint',
    cell: ({ id, url, description }) => (
      <Link to={`/webhooks/${id}`} className="job-link">
        <span>{url}</span>
        {description !== null && <span className="muted">{description}</span>}
      </Link>
    ),
  },
  { name: 'State', cell: (endpoint) => <StatusBadge status={endpointState(endpoint)} /> },
  { name: 'Events', cell: ({ events }) => <code>{events.join(', ')}</code>, isMinor: true },
  { name: 'Tenant', cell: ({ tenant }) => tenant, isMinor: true },
  { name: 'Created', cell: ({ createdAt }) => <Time at={createdAt} />, isMinor: true },
];
