import { type ReactNode } from 'react';
import { leveret } from '../../api/leveret';
import { useAction } from '../../api/use-action';
import { Button } from '../../ui/button';
import { useConfirm } from '../../ui/confirmation';
import { SecretDialog } from '../../ui/secret-dialog';

/** Shows the secret of an endpoint, or gives it another one. */
export function SecretButtons({ id }: { readonly id: string }): ReactNode {
  const confirm = useConfirm();
  const shown = useAction(
    () => leveret.webhookEndpoints.secret(id),
    () => 'The secret is shown.',
  );
  const rotated = useAction(
    () => leveret.webhookEndpoints.rotateSecret(id),
    () => 'The endpoint has another secret.',
  );
  const rotate = async (): Promise<void> => {
    const body =
      'Webhooks are signed with both secrets for a day. After that a receiver that knows only the old one refuses them.';
    if (await confirm({ title: 'Give it another secret?', body, action: 'Rotate the secret' }))
      rotated.mutate(undefined);
  };
  const close = (): void => {
    shown.reset();
    rotated.reset();
  };
  const secret = rotated.data ?? shown.data;
  return (
    <>
      <Button busy={shown.isPending} onClick={() => shown.mutate(undefined)}>
        Show the secret
      </Button>
      <Button busy={rotated.isPending} onClick={() => void rotate()}>
        Rotate
      </Button>
      {secret !== undefined && (
        <SecretDialog title="The secret" secret={secret} what="the secret" onClose={close}>
          The receiver checks with it that a webhook comes from here.
        </SecretDialog>
      )}
    </>
  );
}
