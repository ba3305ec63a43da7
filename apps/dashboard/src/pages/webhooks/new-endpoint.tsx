import { type ReactNode } from 'react';
import { useNavigate } from 'react-router';
import { leveret } from '../../api/leveret';
import { useAction } from '../../api/use-action';
import { Dialog } from '../../ui/dialog';
import { SecretDialog } from '../../ui/secret-dialog';
import { type EndpointFields, EndpointForm, requestOf } from './endpoint-form';

/** Makes an endpoint, and shows the secret that its webhooks are signed with. */
export function NewEndpoint({ onClose }: { readonly onClose: () => void }): ReactNode {
  const navigate = useNavigate();
  const { mutate, isPending, error, data } = useAction(
    (fields: EndpointFields) => leveret.webhookEndpoints.create(requestOf(fields)),
    ({ url }) => `${url} hears of ends from now on.`,
  );
  if (data !== undefined) {
    const leave = (): void => {
      onClose();
      void navigate(`/webhooks/${data.id}`);
    };
    return (
      <SecretDialog title="The secret" secret={data.secret} what="the secret" onClose={leave}>
        The receiver checks with it that a webhook comes from here. An admin can look at it again.
      </SecretDialog>
    );
  }
  return (
    <Dialog title="Create an endpoint" onClose={onClose}>
      <EndpointForm action="Create the endpoint" isPending={isPending} error={error} onSubmit={mutate} />
    </Dialog>
  );
}
