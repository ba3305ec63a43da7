import { type WebhookEndpoint } from '#libs/sdk';
import { type ReactNode } from 'react';
import { leveret } from '../../api/leveret';
import { useAction } from '../../api/use-action';
import { Dialog } from '../../ui/dialog';
import { type EndpointFields, EndpointForm } from './endpoint-form';

interface ChangeEndpointProps {
  readonly endpoint: WebhookEndpoint;
  readonly onClose: () => void;
}

/** Changes where an endpoint is and what it hears of. */
export function ChangeEndpoint({ endpoint, onClose }: ChangeEndpointProps): ReactNode {
  const { mutate, isPending, error } = useAction(
    (fields: EndpointFields) => leveret.webhookEndpoints.update(endpoint.id, fields),
    () => 'The endpoint is changed.',
  );
  return (
    <Dialog title="Change the endpoint" onClose={onClose}>
      <EndpointForm
        endpoint={endpoint}
        action="Change the endpoint"
        isPending={isPending}
        error={error}
        onSubmit={(fields) => mutate(fields, { onSuccess: onClose })}
      />
    </Dialog>
  );
}
