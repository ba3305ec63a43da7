import { type ReactNode } from 'react';
import { LiveMark } from '../../ui/live-mark';
import { Loaded } from '../../ui/loaded';
import { Page } from '../../ui/page';
import { useSteady } from '../../ui/use-steady';
import { QueueTable } from '../overview/queue-table';
import { useQueues } from '../overview/use-queues';

export function Queues(): ReactNode {
  const query = useQueues();
  const { shown, isHeld, hold } = useSteady(query.data);
  return (
    <Page title="Queues" aside={<LiveMark isHeld={isHeld} />}>
      <div className="card">
        <Loaded query={query}>{(queues) => <QueueTable queues={shown ?? queues} hold={hold} />}</Loaded>
      </div>
    </Page>
  );
}
