import { type Queue } from '#libs/sdk';
import { type ReactNode } from 'react';
import { leveret } from '../../api/leveret';
import { useAction } from '../../api/use-action';
import { Button } from '../../ui/button';
import { useConfirm } from '../../ui/confirmation';
import { countText } from '../../ui/number-text';

/** Stops new attempts of a queue, or lets them start again. */
export function PauseButton({ queue }: { readonly queue: Queue }): ReactNode {
  const confirm = useConfirm();
  const { name, paused, waiting, active } = queue;
  const { mutate, isPending } = useAction(
    (pause: boolean) => (pause ? leveret.queues.pause(name) : leveret.queues.resume(name)),
    (_, pause) => (pause ? `${name} is paused.` : `${name} goes on.`),
  );
  const pause = async (): Promise<void> => {
    const body = `${countText(waiting)} waiting jobs will not start, on any worker, until you resume it. ${countText(active)} that run go on.`;
    if (await confirm({ title: `Pause ${name}?`, body, action: 'Pause the queue' })) mutate(true);
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
