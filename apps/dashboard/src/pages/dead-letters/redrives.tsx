import { type Redrive } from '#libs/sdk';
import { type ReactNode } from 'react';
import { leveret } from '../../api/leveret';
import { useAction } from '../../api/use-action';
import { useLive } from '../../api/use-live';
import { Button } from '../../ui/button';
import { Section } from '../../ui/page';
import { StatusBadge } from '../../ui/status-badge';
import { type Column, Table } from '../../ui/table';
import { Time } from '../../ui/time';

const SHOWN = 10;

/** Redrives that go on, and the latest that did. */
export function Redrives(): ReactNode {
  const { data } = useLive(['redrives'], (signal) => leveret.redrives.list({ limit: SHOWN }).page({ signal }));
  if (data === undefined || data.data.length === 0) return null;
  return (
    <Section title="Redrives">
      <Table label="Redrives" columns={COLUMNS} rows={data.data} keyOf={({ id }) => id} empty="" />
    </Section>
  );
}

const COLUMNS: readonly Column<Redrive>[] = [
  { name: 'State', cell: ({ state }) => <StatusBadge status={state} /> },
  {
    name: 'Of',
    cell: ({ selection: { task, queue, errorCode } }) => [task ?? queue, errorCode].filter(Boolean).join(', '),
  },
  { name: 'Sent', isNumber: true, cell: ({ redriven, total }) => `${redriven} of ${total}` },
  { name: 'Completed', isNumber: true, isMinor: true, cell: ({ completed }) => completed },
  { name: 'Failed', isNumber: true, cell: ({ failed }) => failed },
  { name: 'Why it stopped', cell: ({ stopReason }) => stopReason, isMinor: true },
  { name: 'Begun', cell: ({ createdAt }) => <Time at={createdAt} />, isMinor: true },
  { name: 'Do', isNameless: true, cell: (redrive) => redrive.endedAt === null && <StopButton redrive={redrive} /> },
];

function StopButton({ redrive: { id } }: { readonly redrive: Redrive }): ReactNode {
  const { mutate, isPending } = useAction(
    () => leveret.redrives.stop(id),
    () => 'The redrive has stopped.',
  );
  return (
    <Button busy={isPending} onClick={() => mutate(undefined)}>
      Stop
    </Button>
  );
}
