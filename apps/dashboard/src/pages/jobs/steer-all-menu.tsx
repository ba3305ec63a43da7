import { type JobFilter } from '#libs/sdk';
import { ChevronDown } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import { type ReactNode, useState } from 'react';
import { useAction } from '../../api/use-action';
import { useOngoing, useUndo } from '../../ui/notices';
import { countText } from '../../ui/number-text';
import { jobsText } from './jobs-text';
import { steerAll, type SteeredCount, type SteeredFilter } from './steer-all';
import { PriorityOfAllDialog } from './priority-of-all-dialog';
import { SteerAllDialog } from './steer-all-dialog';
import { type SteeringChoice, STEERINGS } from './steering';

/** What can be done with all jobs that fit the filters, also those that are not listed here. */
export function SteerAllMenu({ filter }: { readonly filter: JobFilter }): ReactNode {
  const [asked, setAsked] = useState<SteeringChoice | 'priority' | null>(null);
  const start = useSteerAll();
  const dialog = {
    filter,
    onClose: () => setAsked(null),
    onConfirm: (steered: SteeredFilter) => {
      setAsked(null);
      void start(steered);
    },
  };
  return (
    <>
      <DropdownMenu.Root modal={false}>
        <DropdownMenu.Trigger className="button plain">
          All that fit
          <ChevronDown size={14} aria-hidden />
        </DropdownMenu.Trigger>
        <DropdownMenu.Portal>
          <DropdownMenu.Content className="menu" align="end" sideOffset={6}>
            {STEERINGS.map((steering) => (
              <DropdownMenu.Item key={steering.name} className="menu-item" onSelect={() => setAsked(steering)}>
                {steering.phrase('all that fit')}…
              </DropdownMenu.Item>
            ))}
            <DropdownMenu.Item className="menu-item" onSelect={() => setAsked('priority')}>
              Give all that fit another priority…
            </DropdownMenu.Item>
          </DropdownMenu.Content>
        </DropdownMenu.Portal>
      </DropdownMenu.Root>
      {asked === 'priority' && <PriorityOfAllDialog {...dialog} />}
      {asked !== null && asked !== 'priority' && <SteerAllDialog steering={asked} {...dialog} />}
    </>
  );
}

/** Goes on when the page is left: its notice, with which it can be stopped, is there on every page. */
function useSteerAll(): (steered: SteeredFilter) => Promise<void> {
  const offerUndo = useUndo();
  const showOngoing = useOngoing();
  const { mutate } = useAction(async (steered: SteeredFilter) => {
    const stopping = new AbortController();
    const { steering, seen } = steered;
    const action = steering.phrase(jobsText(seen.count));
    const ongoing = showOngoing(`${action}.`, () => stopping.abort());
    const onProgress = ({ changed }: SteeredCount): void => ongoing.say(`${action}: ${countText(changed)} done.`);
    return steerAll(steered, onProgress, stopping.signal).finally(ongoing.end);
  }, said);
  return async (steered) => {
    const { steering, seen } = steered;
    if (steering.danger && !(await offerUndo(`${steering.phrase(jobsText(seen.count))} in a moment.`))) return;
    mutate(steered);
  };
}

function said({ changed, unchanged }: SteeredCount, { steering }: SteeredFilter): string {
  const done = `${jobsText(changed)} ${steering.done}.`;
  return unchanged === 0 ? done : `${done} ${countText(unchanged)} had changed meanwhile, or have to stay as they are.`;
}
