import { type ReactNode } from 'react';
import { useAction } from '../api/use-action';
import { Button } from './button';
import { useConfirm } from './confirmation';

interface PauseButtonProps {
  readonly isPaused: boolean;
  /** What it is called where it is told that it is paused, or goes on. */
  readonly name: string;
  /** What is asked before it is paused. */
  readonly question: { readonly title: string; readonly body: string; readonly action: string };
  readonly onPause: () => Promise<unknown>;
  readonly onResume: () => Promise<unknown>;
}

/** Stops what starts jobs, once that was confirmed, or lets it go on. */
export function PauseButton({ isPaused, name, question, onPause, onResume }: PauseButtonProps): ReactNode {
  const confirm = useConfirm();
  const { mutate, isPending } = useAction(
    (pause: boolean) => (pause ? onPause() : onResume()),
    (_, pause) => (pause ? `${name} is paused.` : `${name} goes on.`),
  );
  const pause = async (): Promise<void> => {
    if (await confirm(question)) mutate(true);
  };
  return isPaused ? (
    <Button kind="primary" busy={isPending} onClick={() => mutate(false)}>
      Resume
    </Button>
  ) : (
    <Button busy={isPending} onClick={() => void pause()}>
      Pause
    </Button>
  );
}
