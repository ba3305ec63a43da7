import { type WebhookEndpoint } from '#libs/sdk';
import { type ReactNode, useState } from 'react';
import { leveret } from '../../api/leveret';
import { useAction } from '../../api/use-action';
import { Button } from '../../ui/button';
import { PauseAndDelete } from '../pause-and-delete';
import { ChangeEndpoint } from './change-endpoint';
import { ReplayDialog } from './replay-dialog';

type OpenDialog = 'change' | 'replay' | null;

/** What can be done with an endpoint. */
export function EndpointActions({ endpoint }: { readonly endpoint: WebhookEndpoint }): ReactNode {
  const { id, url, enabled } = endpoint;
  const [dialog, setDialog] = useState<OpenDialog>(null);
  const close = (): void => setDialog(null);
  const test = useAction(
    () => leveret.webhookEndpoints.test(id),
    () => 'A webhook to try it out is on its way.',
  );
  return (
    <>
      <Button kind="primary" busy={test.isPending} onClick={() => test.mutate(undefined)}>
        Send a test
      </Button>
      <Button disabled={!enabled} onClick={() => setDialog('replay')}>
        Replay
      </Button>
      <Button onClick={() => setDialog('change')}>Change</Button>
      <PauseAndDelete
        of={{ id, name: url, enabled }}
        kind="endpoint"
        consequence="The endpoint and the list of its deliveries are gone; those that are not over are cancelled."
        list="/webhooks"
        calls={leveret.webhookEndpoints}
      />
      {dialog === 'change' && <ChangeEndpoint endpoint={endpoint} onClose={close} />}
      {dialog === 'replay' && <ReplayDialog id={id} onClose={close} />}
    </>
  );
}
