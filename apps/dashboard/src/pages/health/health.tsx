import { type Audit } from '#libs/sdk';
import { type ReactNode } from 'react';
import { leveret } from '../../api/leveret';
import { readReadiness, type Readiness } from '../../api/own-calls';
import { useLive } from '../../api/use-live';
import { Facts } from '../../ui/facts';
import { LiveMark } from '../../ui/live-mark';
import { Loaded } from '../../ui/loaded';
import { countText } from '../../ui/number-text';
import { Page, Section } from '../../ui/page';
import { StatusBadge } from '../../ui/status-badge';
import { type Column, Table } from '../../ui/table';
import { durationText, Time } from '../../ui/time';
import { DoctorSection } from './doctor-section';

const EVERY_MS = 5_000;

/** Whether what the suite stands on is there, and where every open job is. */
export function Health(): ReactNode {
  const readiness = useLive(['readiness'], readReadiness, { everyMs: EVERY_MS });
  const audit = useLive(['audit'], (signal) => leveret.audits.get({ signal }), { everyMs: EVERY_MS });
  return (
    <Page title="Health" aside={<LiveMark />}>
      <Section title="Dependencies of the gateway">
        <Loaded query={readiness}>{(told) => <Parts readiness={told} />}</Loaded>
      </Section>
      <Section title="Where every open job is">
        <Loaded query={audit}>{(told) => <Accounts audit={told} />}</Loaded>
      </Section>
      <DoctorSection />
    </Page>
  );
}

function Parts({ readiness: { details } }: { readonly readiness: Readiness }): ReactNode {
  return <Facts facts={Object.entries(details).map(([name, part]) => [name, <Part key={name} part={part} />])} />;
}

/** Whether a part is there, how soon it answered, and whatever else it says of itself. */
function Part({ part: { status, responseTime, ...rest } }: { readonly part: Readiness['details'][string] }): ReactNode {
  const more = Object.entries(rest).map(([key, value]) => `${key}: ${JSON.stringify(value)}`);
  return (
    <>
      {typeof status === 'string' && <StatusBadge status={status} />}{' '}
      <span className="muted">
        {typeof responseTime === 'number' && `in ${durationText(responseTime)}`} {more.join(', ')}
      </span>
    </>
  );
}

type QueueAudit = Audit['queues'][number];

const PLACES = ['unaccounted', 'outbox', 'held', 'delayed', 'waiting', 'paused', 'running', 'scheduled'] as const;

const COLUMNS: readonly Column<QueueAudit>[] = [
  { name: 'Queue', cell: ({ queue }) => queue },
  ...PLACES.map((place) => ({
    name: place,
    isNumber: true,
    isMinor: !['unaccounted', 'waiting', 'running'].includes(place),
    cell: (row: QueueAudit) => countText(row[place]),
  })),
];

function Accounts({ audit }: { readonly audit: Audit }): ReactNode {
  const { unaccounted, open, suspects, reconciler, sentinel, queues } = audit;
  return (
    <>
      <p className="verdict" data-good={unaccounted === 0}>
        unaccounted: <strong>{countText(unaccounted)}</strong>
      </p>
      <Facts
        facts={[
          ['Open jobs', countText(open)],
          ['Without news for a while', countText(suspects)],
          ['Lost jobs are looked for', reconciler.working ? 'yes' : `no: ${reconciler.reason ?? 'not here'}`],
          ['Broker’s data seen', <Time key="sentinel" at={sentinel.checkedAt} />],
        ]}
      />
      <Table
        label="Where open jobs are, by queue"
        columns={COLUMNS}
        rows={queues}
        keyOf={({ queue }) => queue}
        empty="No job is open."
      />
    </>
  );
}
