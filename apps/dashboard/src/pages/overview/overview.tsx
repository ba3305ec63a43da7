import { type Queue } from '#libs/sdk';
import { type ReactNode } from 'react';
import { leveret } from '../../api/leveret';
import { useLive } from '../../api/use-live';
import { LiveMark } from '../../ui/live-mark';
import { Loaded } from '../../ui/loaded';
import { countText } from '../../ui/number-text';
import { Page, Section } from '../../ui/page';
import { Figure } from './figure';
import { QueueTable } from './queue-table';
import { ThroughputSection } from './throughput-section';
import { useQueues } from './use-queues';

/** How the whole suite is. */
export function Overview(): ReactNode {
  const query = useQueues();
  const audit = useLive(['audit'], (signal) => leveret.audits.get({ signal }));
  return (
    <Page title="Overview" aside={<LiveMark />}>
      <Loaded query={query}>
        {(queues) => (
          <>
            <div className="figures">
              <Figure name="Waiting" value={countText(sum(queues, 'waiting'))} to="/jobs?status=queued" />
              <Figure name="Running" value={countText(sum(queues, 'active'))} to="/jobs?status=running" />
              <Figure name="Retrying" value={countText(sum(queues, 'delayed'))} to="/jobs?status=retrying" />
              <Figure name="Scheduled" value={countText(sum(queues, 'scheduled'))} to="/jobs?status=scheduled" />
              <Figure name="Dead letters" value={countText(sum(queues, 'dead'))} to="/dead-letters" tone="failed" />
              <Figure
                name="Unaccounted"
                value={audit.data === undefined ? '—' : countText(audit.data.unaccounted)}
                to="/health"
                tone="failed"
              />
            </div>
            <Section title="Queues">
              <QueueTable queues={queues} />
            </Section>
          </>
        )}
      </Loaded>
      <ThroughputSection queue={null} />
    </Page>
  );
}

function sum(queues: readonly Queue[], of: 'waiting' | 'active' | 'delayed' | 'scheduled' | 'dead'): number {
  return queues.reduce((total, queue) => total + queue[of], 0);
}
