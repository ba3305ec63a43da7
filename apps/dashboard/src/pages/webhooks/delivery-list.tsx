import { type WebhookDelivery, type WebhookEndpoint } from '#libs/sdk';
import { type ReactNode } from 'react';
import { Link } from 'react-router';
import { leveret } from '../../api/leveret';
import { useAction } from '../../api/use-action';
import { useLive } from '../../api/use-live';
import { useMay } from '../../shell/session';
import { Button } from '../../ui/button';
import { Loaded } from '../../ui/loaded';
import { Section } from '../../ui/page';
import { Pager, useCursor } from '../../ui/pager';
import { StatusBadge } from '../../ui/status-badge';
import { type Column, Table } from '../../ui/table';
import { Time } from '../../ui/time';

/** What was delivered to an endpoint, or is on its way, newest first. */
export function DeliveryList({ endpoint: { id } }: { readonly endpoint: WebhookEndpoint }): ReactNode {
  const cursor = useCursor();
  const query = useLive(['endpoint', id, 'deliveries', cursor], (signal) =>
    leveret.webhookEndpoints.deliveries(id, { cursor }).page({ signal }),
  );
  const columns = useMay('jobs:write') ? [...COLUMNS, AGAIN] : COLUMNS;
  return (
    <Section title="Deliveries">
      <Loaded query={query}>
        {({ data, nextCursor }) => (
          <>
            <Table
              label="Deliveries"
              columns={columns}
              rows={data}
              keyOf={(delivery) => delivery.id}
              empty="Nothing was delivered yet."
            />
            <Pager nextCursor={nextCursor} />
          </>
        )}
      </Loaded>
    </Section>
  );
}

const COLUMNS: readonly Column<WebhookDelivery>[] = [
  {
    name: 'Delivery',
    cell: ({ id, event, kind }) => <Link to={`/jobs/${id}`}>{kind === 'replay' ? `${event}, once more` : event}</Link>,
  },
  { name: 'Status', cell: ({ status }) => <StatusBadge status={status} /> },
  {
    name: 'Tells of',
    isMinor: true,
    cell: ({ jobId }) => jobId !== null && <Link to={`/jobs/${jobId}`}>{jobId.slice(-12)}</Link>,
  },
  { name: 'Answer', cell: (delivery) => <AnswerCell delivery={delivery} /> },
  { name: 'Tries', isNumber: true, isMinor: true, cell: ({ attempts }) => attempts.length },
  { name: 'Created', isMinor: true, cell: ({ createdAt }) => <Time at={createdAt} /> },
];

const AGAIN: Column<WebhookDelivery> = {
  name: 'Do',
  isNameless: true,
  cell: (delivery) => <AgainButton delivery={delivery} />,
};

function AnswerCell({ delivery: { answer, error } }: { readonly delivery: WebhookDelivery }): ReactNode {
  if (answer === null) return error !== null && <span className="one-line">{error.message}</span>;
  return (
    <span className="one-line" title={answer.excerpt ?? undefined}>
      <code>{answer.status}</code> {answer.excerpt}
    </span>
  );
}

function AgainButton({ delivery: { id, endpointId, event } }: { readonly delivery: WebhookDelivery }): ReactNode {
  const { mutate, isPending } = useAction(
    () => leveret.webhookEndpoints.redeliver(endpointId, id),
    () => `${event} is on its way once more.`,
  );
  return (
    <Button kind="quiet" busy={isPending} onClick={() => mutate(undefined)}>
      Deliver again
    </Button>
  );
}
