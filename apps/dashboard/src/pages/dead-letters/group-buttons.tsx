import { type DeadLetterGroup } from '#libs/sdk';
import { type ReactNode, useState } from 'react';
import { leveret } from '../../api/leveret';
import { useAction } from '../../api/use-action';
import { Button } from '../../ui/button';
import { useConfirm } from '../../ui/confirmation';
import { countText } from '../../ui/number-text';
import { RedriveDialog } from './redrive-dialog';

/** What can be done with letters that died of the same. */
export function GroupButtons({ group }: { readonly group: DeadLetterGroup }): ReactNode {
  const [isRedriving, setRedriving] = useState(false);
  const confirm = useConfirm();
  const { queue, task, errorCode, count } = group;
  const selection = { queue, errorCode, ...(task === null ? {} : { task }) };
  const { mutate, isPending } = useAction(
    () => leveret.deadLetters.purge(selection),
    ({ purged, complete }) => `${purged} letters purged.${complete ? '' : ' There are more: purge again.'}`,
  );
  const purge = async (): Promise<void> => {
    const title = `Purge ${countText(count)} letters?`;
    const body = `All of ${task ?? 'no task'} in ${queue} with ${errorCode}. Their jobs stay failed, and can be retried one by one.`;
    if (await confirm({ title, body, action: `Purge ${countText(count)}`, danger: true })) mutate(undefined);
  };
  return (
    <span className="buttons">
      <Button onClick={() => setRedriving(true)}>Redrive</Button>
      <Button kind="quiet" busy={isPending} onClick={() => void purge()}>
        Purge
      </Button>
      {isRedriving && <RedriveDialog selection={selection} count={count} onClose={() => setRedriving(false)} />}
    </span>
  );
}
