import { type Queue } from '#libs/sdk';
import { type ReactNode } from 'react';
import { leveret } from '../../api/leveret';
import { countText } from '../../ui/number-text';
import { PauseButton } from '../../ui/pause-button';

/** Stops new attempts of a queue, or lets them start again. */
export function PauseQueueButton({ queue }: { readonly queue: Queue }): ReactNode {
  const { name, paused, waiting, active } = queue;
  const body = `${countText(waiting)} waiting jobs will not start, on any worker, until you resume it. ${countText(active)} that run go on.`;
  return (
    <PauseButton
      isPaused={paused}
      name={name}
      question={{ title: `Pause ${name}?`, body, action: 'Pause the queue' }}
      onPause={() => leveret.queues.pause(name)}
      onResume={() => leveret.queues.resume(name)}
    />
  );
}
