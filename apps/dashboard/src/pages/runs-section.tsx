import { type ReactNode } from 'react';
import { useLive } from '../api/use-live';
import { Loaded } from '../ui/loaded';
import { Section } from '../ui/page';
import { type Column, Table } from '../ui/table';

/** Runs that are shown, the newest ones. */
export const SHOWN_RUNS = 50;

interface RunsSectionProps<Run> {
  /** What the runs are remembered under. */
  readonly of: readonly unknown[];
  readonly read: (signal: AbortSignal) => Promise<{ readonly data: readonly Run[] }>;
  readonly columns: readonly Column<Run>[];
  readonly keyOf: (run: Run) => string;
  readonly empty: string;
}

/** What came of each time that something was to start a job. */
export function RunsSection<Run>({ of, read, columns, keyOf, empty }: RunsSectionProps<Run>): ReactNode {
  const query = useLive([...of, 'runs'], read);
  return (
    <Section title="Runs">
      <Loaded query={query}>
        {({ data }) => <Table label="Runs" columns={columns} rows={data} keyOf={keyOf} empty={empty} />}
      </Loaded>
    </Section>
  );
}
