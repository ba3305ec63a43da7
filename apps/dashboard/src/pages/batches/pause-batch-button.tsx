import { type Batch } from '#libs/sdk';
import { type ReactNode } from 'react';
import { leveret } from '../../api/leveret';
import { useAction } from '../../api/use-action';
import { Button } from '../../ui/button';
import { countText } from '../../ui/number-text';
import { useConfirm } from '../../ui/confirmation';

/** Lets no job of a batch start, or lets them go on. */
export function PauseBatchButton({ batch: { id, paused, counts } }: { readonly batch: Batch }): ReactNode {
  const confirm = useConfirm();
  const { mutate, isPending } = useAction(
    (pause: boolean) => (pause ? leveret.batches.pause(id) : leveret.batches.resume(id)),
    (_, pause) => (pause ? 'The batch is paused.' : 'The batch goes on.'),
  );
  const pause = async (): Promise<void> => {
    const body = `No job of it starts until you resume it, nor what its jobs spawn. ${countText(counts.running)} that run go on.`;
    if (await confirm({ title: 'Pause the batch?', body, action: 'Pause the batch' })) mutate(true);
  };
  return paused ? (
    <Button kind="primary" busy={isPending} onClick={() => mutate(false)}>
      Resume
    </Button>
  ) : (
    <Button busy={isPending} onClick={() => void pause()}>
      Pause
    </Button>
  );
}
