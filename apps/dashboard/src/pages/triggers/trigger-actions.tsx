import { type Trigger } from '#libs/sdk';
import { type ReactNode } from 'react';
import { useNavigate } from 'react-router';
import { leveret } from '../../api/leveret';
import { useAction } from '../../api/use-action';
import { Button } from '../../ui/button';
import { useConfirm } from '../../ui/confirmation';

export function TriggerActions({ trigger: { id, name, enabled } }: { readonly trigger: Trigger }): ReactNode {
  const confirm = useConfirm();
  const navigate = useNavigate();
  const toggle = useAction(
    () => leveret.triggers.update(id, { enabled: !enabled }),
    () => (enabled ? `${name} is paused.` : `${name} goes on.`),
  );
  const remove = useAction(
    () => leveret.triggers.delete(id),
    () => `${name} is deleted.`,
  );
  const ask = async (): Promise<void> => {
    const body = 'The trigger and its history are gone. Jobs that it has started stay.';
    if (!(await confirm({ title: `Delete ${name}?`, body, action: 'Delete the trigger', danger: true }))) return;
    remove.mutate(undefined, { onSuccess: () => void navigate('/triggers') });
  };
  return (
    <>
      <Button busy={toggle.isPending} onClick={() => toggle.mutate(undefined)}>
        {enabled ? 'Pause' : 'Resume'}
      </Button>
      <Button kind="danger" busy={remove.isPending} onClick={() => void ask()}>
        Delete
      </Button>
    </>
  );
}
