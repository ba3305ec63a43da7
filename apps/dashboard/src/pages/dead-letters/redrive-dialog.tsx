import { type Redriven } from '#libs/sdk';
import { type ReactNode, type SubmitEvent, useState } from 'react';
import { leveret } from '../../api/leveret';
import { useAction } from '../../api/use-action';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { countText } from '../../ui/number-text';

interface RedriveDialogProps {
  readonly selection: { readonly queue: string; readonly task?: string; readonly errorCode: string };
  readonly count: number;
  readonly onClose: () => void;
}

const CANARY = 10;
const RATE = 10;

/** Runs dead jobs again with care: a few go first, and when they fail again the others are not sent. */
export function RedriveDialog({ selection, count, onClose }: RedriveDialogProps): ReactNode {
  const [canary, setCanary] = useState(Math.min(CANARY, count));
  const [rate, setRate] = useState(RATE);
  const { mutate, isPending } = useAction(
    () => leveret.deadLetters.redrive({ ...selection, canary, rate }),
    (redriven) => saidOf(redriven),
  );
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    mutate(undefined, { onSuccess: onClose });
  };
  return (
    <Dialog title={`Redrive ${countText(count)} letters`} onClose={onClose}>
      <form className="form" onSubmit={submit}>
        <p>
          Jobs of {selection.task ?? 'no task'} in {selection.queue} that failed with <code>{selection.errorCode}</code>
          .
        </p>
        <label>
          Try so many first
          <input
            type="number"
            min={0}
            max={count}
            required
            value={canary}
            onChange={({ target }) => setCanary(target.valueAsNumber)}
          />
        </label>
        <label>
          Then jobs per second
          <input
            type="number"
            min={1}
            max={1000}
            required
            value={rate}
            onChange={({ target }) => setRate(target.valueAsNumber)}
          />
        </label>
        <footer className="buttons">
          <Button kind="primary" type="submit" busy={isPending}>
            Redrive {countText(count)}
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}

function saidOf({ redriven, id }: Redriven): string {
  return id === undefined
    ? `${redriven} jobs queued again.`
    : `The redrive goes on in the background: ${redriven} so far.`;
}
