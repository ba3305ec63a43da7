import { type Batch } from '#libs/sdk';
import { type ReactNode } from 'react';
import { leveret } from '../../api/leveret';
import { countText } from '../../ui/number-text';
import { PauseButton } from '../../ui/pause-button';

/** Lets no job of a batch start, or lets them go on. */
export function PauseBatchButton({ batch: { id, paused, counts } }: { readonly batch: Batch }): ReactNode {
  const body = `No job of it starts until you resume it, nor what its jobs spawn. ${countText(counts.running)} that run go on.`;
  return (
    <PauseButton
      isPaused={paused}
      name="The batch"
      question={{ title: 'Pause the batch?', body, action: 'Pause the batch' }}
      onPause={() => leveret.batches.pause(id)}
      onResume={() => leveret.batches.resume(id)}
    />
  );
}
