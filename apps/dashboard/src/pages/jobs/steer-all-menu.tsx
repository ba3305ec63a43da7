import { type JobFilter } from '#libs/sdk';
import { ChevronDown } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import { type ReactNode, useRef, useState } from 'react';
import { useAction } from '../../api/use-action';
import { Button } from '../../ui/button';
import { useUndo } from '../../ui/notices';
import { countText } from '../../ui/number-text';
import { jobsText } from './jobs-text';
import { steerAll, type SteeredCount, type SteeredFilter } from './steer-all';
import { SteerAllDialog } from './steer-all-dialog';
import { type Steering, STEERINGS } from './steering';

/** What can be done with all jobs that fit the filters, also those that are not listed here. */
export function SteerAllMenu({ filter }: { readonly filter: JobFilter }): ReactNode {
  const [asked, setAsked] = useState<Steering | null>(null);
  const [progress, setProgress] = useState<SteeredCount | null>(null);
  const stopping = useRef(new AbortController());
  const offerUndo = useUndo();
  const { mutate, isPending } = useAction(
    (steered: SteeredFilter) => steerAll(steered, setProgress, stopping.current.signal),
    said,
  );
  const start = async (steered: SteeredFilter): Promise<void> => {
    setAsked(null);
    const { steering, seen } = steered;
    if (steering.danger && !(await offerUndo(`${steering.name} ${jobsText(seen.count)} in a moment.`))) return;
    stopping.current = new AbortController();
    setProgress({ changed: 0, unchanged: 0 });
    mutate(steered, { onSettled: () => setProgress(null) });
  };
  if (isPending && progress !== null) {
    return <Button onClick={() => stopping.current.abort()}>Stop after {jobsText(progress.changed)}</Button>;
  }
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
                {steering.name} all that fit…
              </DropdownMenu.Item>
            ))}
          </DropdownMenu.Content>
        </DropdownMenu.Portal>
      </DropdownMenu.Root>
      {asked !== null && (
        <SteerAllDialog
          steering={asked}
          filter={filter}
          onClose={() => setAsked(null)}
          onConfirm={(steered) => void start(steered)}
        />
      )}
    </>
  );
}

function said({ changed, unchanged }: SteeredCount, { steering }: SteeredFilter): string {
  const done = `${jobsText(changed)} ${steering.done}.`;
  return unchanged === 0 ? done : `${done} ${countText(unchanged)} had changed meanwhile, or have to stay as they are.`;
}
