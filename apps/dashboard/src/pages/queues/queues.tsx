import { type ReactNode } from 'react';
import { LiveMark } from '../../ui/live-mark';
import { Loaded } from '../../ui/loaded';
import { Page } from '../../ui/page';
import { QueueTable } from '../overview/queue-table';
import { useQueues } from '../overview/use-queues';

export function Queues(): ReactNode {
  const query = useQueues();
  return (
    <Page title="Queues" aside={<LiveMark />}>
      <div className="card">
        <Loaded query={query}>{(queues) => <QueueTable queues={queues} />}</Loaded>
      </div>
    </Page>
  );
}
