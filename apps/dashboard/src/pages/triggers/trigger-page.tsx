import { type Trigger, type TriggerRun } from '#libs/sdk';
import { type ReactNode } from 'react';
import { useParams } from 'react-router';
import { leveret } from '../../api/leveret';
import { useLive } from '../../api/use-live';
import { ChangeLink } from '../../request-form/starter-links';
import { useMay } from '../../shell/session';
import { Facts } from '../../ui/facts';
import { JsonView } from '../../ui/json-view';
import { Loaded } from '../../ui/loaded';
import { Page, Section } from '../../ui/page';
import { StatusBadge } from '../../ui/status-badge';
import { type Column } from '../../ui/table';
import { Time } from '../../ui/time';
import { OutcomeCell } from '../outcome-cell';
import { PauseAndDelete } from '../pause-and-delete';
import { RunsSection, SHOWN_RUNS } from '../runs-section';
import { TRIGGER } from './trigger-kind';

/** One trigger, and what became of the events that it wanted. */
export function TriggerPage(): ReactNode {
  const { id = '' } = useParams();
  const query = useLive(['trigger', id], (signal) => leveret.triggers.get(id, { signal }));
  const { data } = query;
  const mayWrite = useMay('jobs:write');
  return (
    <Page
      title={data?.name ?? 'Trigger'}
      aside={data && <StatusBadge status={data.enabled ? 'enabled' : 'paused'} />}
      actions={
        data &&
        mayWrite && (
          <>
            <ChangeLink kind={TRIGGER} of={data} />
            <PauseAndDelete
              of={data}
              kind="trigger"
              consequence="The trigger and its history are gone. Jobs that it has started stay."
              list="/triggers"
              calls={leveret.triggers}
            />
          </>
        )
      }
    >
      <Loaded query={query}>{(trigger) => <TriggerParts trigger={trigger} />}</Loaded>
    </Page>
  );
}

function TriggerParts({ trigger }: { readonly trigger: Trigger }): ReactNode {
  const { id, pattern, task, tenant, createdAt, filter, payload } = trigger;
  return (
    <>
      <Section title="Which events, and what">
        <Facts
          facts={[
            ['Events', <code key="events">{pattern}</code>],
            ['Task', String(task)],
            ['Tenant', tenant],
            ['Created', <Time key="created" at={createdAt} />],
          ]}
        />
      </Section>
      <RunsSection
        of={['trigger', id]}
        read={(signal) => leveret.triggers.runs(id, { limit: SHOWN_RUNS }).page({ signal })}
        columns={COLUMNS}
        keyOf={({ event }) => event.id}
        empty="It has not fired yet."
      />
      <Section title="Payload">
        <JsonView value={payload} what="the payload" />
      </Section>
      <Section title="Filter">
        <JsonView value={filter} what="the filter" />
      </Section>
    </>
  );
}

const COLUMNS: readonly Column<TriggerRun>[] = [
  { name: 'At', cell: ({ at }) => <Time at={at} /> },
  { name: 'Event', cell: ({ event }) => <span title={event.id}>{event.type}</span> },
  { name: 'Outcome', cell: (run) => <OutcomeCell {...run} /> },
];
