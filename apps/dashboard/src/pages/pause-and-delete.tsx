import { type ReactNode } from 'react';
import { useNavigate } from 'react-router';
import { useAction } from '../api/use-action';
import { Button } from '../ui/button';
import { useConfirm } from '../ui/confirmation';

interface PauseAndDeleteProps {
  /** Something that starts jobs for as long as it is enabled. */
  readonly of: { readonly id: string; readonly name: string; readonly enabled: boolean };
  /** What it is: "schedule". */
  readonly kind: string;
  /** What is gone with it, and what stays. */
  readonly consequence: string;
  /** The page to go to when it is gone. */
  readonly list: string;
  readonly calls: {
    readonly update: (id: string, changes: { readonly enabled: boolean }) => Promise<unknown>;
    readonly delete: (id: string) => Promise<void>;
  };
}

export function PauseAndDelete({
  of: { id, name, enabled },
  kind,
  consequence,
  list,
  calls,
}: PauseAndDeleteProps): ReactNode {
  const confirm = useConfirm();
  const navigate = useNavigate();
  const toggle = useAction(
    () => calls.update(id, { enabled: !enabled }),
    () => (enabled ? `${name} is paused.` : `${name} goes on.`),
  );
  const remove = useAction(
    () => calls.delete(id),
    () => `${name} is deleted.`,
  );
  const ask = async (): Promise<void> => {
    const body = consequence;
    if (!(await confirm({ title: `Delete ${name}?`, body, action: `Delete the ${kind}`, danger: true }))) return;
    remove.mutate(undefined, { onSuccess: () => void navigate(list) });
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
