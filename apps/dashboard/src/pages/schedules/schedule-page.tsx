import { type Schedule, type ScheduleRun } from '#libs/sdk';
import { type ReactNode } from 'react';
import { useParams } from 'react-router';
import { leveret } from '../../api/leveret';
import { useLive } from '../../api/use-live';
import { useMay } from '../../shell/session';
import { Facts } from '../../ui/facts';
import { JsonView } from '../../ui/json-view';
import { Loaded } from '../../ui/loaded';
import { Page, Section } from '../../ui/page';
import { StatusBadge } from '../../ui/status-badge';
import { type Column } from '../../ui/table';
import { Time } from '../../ui/time';
import { OutcomeCell } from '../outcome-cell';
import { RunsSection, SHOWN_RUNS } from '../runs-section';
import { ScheduleActions } from './schedule-actions';
import { timingText } from './timing-text';

/** One schedule, and what became of its ticks. */
export function SchedulePage(): ReactNode {
  const { id = '' } = useParams();
  const query = useLive(['schedule', id], (signal) => leveret.schedules.get(id, { signal }));
  const { data } = query;
  const mayWrite = useMay('jobs:write');
  return (
    <Page
      title={data?.name ?? 'Schedule'}
      aside={data && <StatusBadge status={data.enabled ? 'enabled' : 'paused'} />}
      actions={data && mayWrite && <ScheduleActions schedule={data} />}
    >
      <Loaded query={query}>{(schedule) => <ScheduleParts schedule={schedule} />}</Loaded>
    </Page>
  );
}

function ScheduleParts({ schedule }: { readonly schedule: Schedule }): ReactNode {
  const { id, task, nextRunAt, catchUp, overlap, createdAt, payload, tenant } = schedule;
  return (
    <>
      <Section title="When and what">
        <Facts
          facts={[
            ['When', <code key="when">{timingText(schedule)}</code>],
            ['Next', <Time key="next" at={nextRunAt} />],
            ['Task', String(task)],
            ['Tenant', tenant],
            ['Missed ticks', catchUp],
            ['Overlap', overlap],
            ['Created', <Time key="created" at={createdAt} />],
          ]}
        />
      </Section>
      <RunsSection
        of={['schedule', id]}
        read={(signal) => leveret.schedules.runs(id, { limit: SHOWN_RUNS }).page({ signal })}
        columns={COLUMNS}
        keyOf={({ at, tick }) => `${at} ${tick ?? ''}`}
        empty="It has not run yet."
      />
      <Section title="Payload">
        <JsonView value={payload} what="the payload" />
      </Section>
    </>
  );
}

const COLUMNS: readonly Column<ScheduleRun>[] = [
  { name: 'At', cell: ({ at }) => <Time at={at} /> },
  { name: 'Tick', cell: ({ tick }) => (tick === null ? 'by hand' : <Time at={tick} />), isMinor: true },
  { name: 'Outcome', cell: (run) => <OutcomeCell {...run} /> },
];
