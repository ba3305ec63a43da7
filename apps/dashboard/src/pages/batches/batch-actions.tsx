import { type Batch } from '#libs/sdk';
import { type ReactNode } from 'react';
import { leveret } from '../../api/leveret';
import { useAction } from '../../api/use-action';
import { Button } from '../../ui/button';
import { useConfirm } from '../../ui/confirmation';
import { countText } from '../../ui/number-text';
import { PauseBatchButton } from './pause-batch-button';

export function BatchActions({ batch }: { readonly batch: Batch }): ReactNode {
  const { id, total, counts } = batch;
  const confirm = useConfirm();
  const open = total - counts.completed - counts.failed - counts.cancelled;
  const retry = useAction(
    () => leveret.batches.retry(id),
    ({ changed }) => `${changed} jobs queued again.`,
  );
  const cancel = useAction(
    () => leveret.batches.cancel(id),
    ({ changed }) => `${changed} jobs cancelled, or asked to stop.`,
  );
  const ask = async (): Promise<void> => {
    const body = `${countText(open)} jobs have not ended. What waits never runs; what runs is asked to stop.`;
    const action = `Cancel ${countText(open)}`;
    if (await confirm({ title: `Cancel ${countText(open)} jobs?`, body, action, danger: true }))
      cancel.mutate(undefined);
  };
  return (
    <>
      <Button disabled={counts.failed === 0} busy={retry.isPending} onClick={() => retry.mutate(undefined)}>
        Retry {countText(counts.failed)} failed
      </Button>
      {(open > 0 || batch.paused) && <PauseBatchButton batch={batch} />}
      <Button kind="danger" disabled={open <= 0} busy={cancel.isPending} onClick={() => void ask()}>
        Cancel
      </Button>
    </>
  );
}
