import { type WebhookEndpoint } from '#libs/sdk';
import { type ReactNode } from 'react';
import { useParams } from 'react-router';
import { leveret } from '../../api/leveret';
import { useLive } from '../../api/use-live';
import { useMay } from '../../shell/session';
import { Facts } from '../../ui/facts';
import { Loaded } from '../../ui/loaded';
import { Page, Section } from '../../ui/page';
import { StatusBadge } from '../../ui/status-badge';
import { Time } from '../../ui/time';
import { DeliveryList } from './delivery-list';
import { EndpointActions } from './endpoint-actions';
import { endpointState } from './endpoint-state';
import { SecretButtons } from './secret-buttons';

/** One endpoint, and what was delivered to it. */
export function EndpointPage(): ReactNode {
  const { id = '' } = useParams();
  const query = useLive(['endpoint', id], (signal) => leveret.webhookEndpoints.get(id, { signal }));
  const { data } = query;
  const mayWrite = useMay('jobs:write');
  return (
    <Page
      title={data?.url ?? 'Webhook endpoint'}
      aside={data && <StatusBadge status={endpointState(data)} />}
      actions={data && mayWrite && <EndpointActions endpoint={data} />}
    >
      <Loaded query={query}>{(endpoint) => <EndpointParts endpoint={endpoint} />}</Loaded>
    </Page>
  );
}

function EndpointParts({ endpoint }: { readonly endpoint: WebhookEndpoint }): ReactNode {
  const { id, disabled } = endpoint;
  const isAdmin = useMay('admin');
  return (
    <>
      {disabled?.reason === 'receiver_gone' && (
        <p role="alert" className="problem">
          Its receiver has answered that it is gone (410), so it is told nothing any more. Resume it when it is back.
        </p>
      )}
      {disabled?.reason === 'failing' && (
        <p role="alert" className="problem">
          Every delivery of five days was in vain, so it is told nothing any more. Resume it when its receiver is back.
        </p>
      )}
      <Section title="What it hears of" aside={isAdmin && <SecretButtons id={id} />}>
        <EndpointFacts endpoint={endpoint} />
      </Section>
      <DeliveryList endpoint={endpoint} />
    </>
  );
}

function EndpointFacts({ endpoint }: { readonly endpoint: WebhookEndpoint }): ReactNode {
  const { events, tasks, queues, concurrency, description, disabled, tenant, createdAt } = endpoint;
  return (
    <Facts
      facts={[
        ['Events', <code key="ends">{events.join(', ')}</code>],
        ['Tasks', tasks?.join(', ') ?? 'every task'],
        ['Queues', queues?.join(', ') ?? 'every queue'],
        ['Deliveries at once', concurrency ?? 'no limit'],
        ['For', description ?? '—'],
        ['Tenant', tenant],
        ['Created', <Time key="created" at={createdAt} />],
        ['Disabled', <Time key="disabled" at={disabled?.at ?? null} />],
      ]}
    />
  );
}
