import { type DeadLetter } from '#libs/sdk';
import { type ReactNode } from 'react';
import { Link } from 'react-router';
import { leveret } from '../../api/leveret';
import { useLive } from '../../api/use-live';
import { Loaded } from '../../ui/loaded';
import { Pager, useCursor } from '../../ui/pager';
import { Section } from '../../ui/page';
import { type Column, Table } from '../../ui/table';
import { Time } from '../../ui/time';

const EVERY_MS = 5_000;

interface LetterListProps {
  readonly filter: { readonly queue?: string; readonly task?: string; readonly errorCode?: string };
}

/** The letters of a group, newest first. */
export function LetterList({ filter }: LetterListProps): ReactNode {
  const cursor = useCursor();
  const query = useLive(
    ['dead-letters', filter, cursor],
    (signal) => leveret.deadLetters.list({ ...filter, cursor }).page({ signal }),
    { everyMs: EVERY_MS },
  );
  return (
    <Section title="Letters">
      <Loaded query={query}>
        {({ data, nextCursor }) => (
          <>
            <Table label="Letters" columns={COLUMNS} rows={data} keyOf={({ id }) => id} empty="No letter fits." />
            <Pager nextCursor={nextCursor} />
          </>
        )}
      </Loaded>
    </Section>
  );
}

const COLUMNS: readonly Column<DeadLetter>[] = [
  { name: 'Died', cell: ({ deadAt }) => <Time at={deadAt} /> },
  {
    name: 'Job',
    cell: ({ jobId, task }) =>
      jobId === null ? <span className="muted">not a job</span> : <Link to={`/jobs/${jobId}`}>{task ?? jobId}</Link>,
  },
  { name: 'Why', cell: ({ reason }) => reason, isMinor: true },
  {
    name: 'Error',
    cell: ({ error: { message } }) => (
      <span className="one-line" title={message}>
        {message}
      </span>
    ),
  },
];
