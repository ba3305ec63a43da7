import { type Queue } from '#libs/sdk';
import { type ReactNode } from 'react';
import { Link, useParams } from 'react-router';
import { leveret } from '../../api/leveret';
import { useLive } from '../../api/use-live';
import { Facts } from '../../ui/facts';
import { Loaded } from '../../ui/loaded';
import { countText } from '../../ui/number-text';
import { Page, Section } from '../../ui/page';
import { StatusBadge } from '../../ui/status-badge';
import { orDash, queueState, waited } from '../overview/queue-table';
import { ThroughputSection } from '../overview/throughput-section';
import { PauseQueueButton } from './pause-queue-button';
import { QueueWorkers } from './queue-workers';

/** One queue: what is in it, how fast it goes, and who works on it. */
export function QueuePage(): ReactNode {
  const { name = '' } = useParams();
  const query = useLive(['queue', name], (signal) => leveret.queues.get(name, { signal }));
  const { data } = query;
  return (
    <Page
      title={name}
      aside={data && <StatusBadge status={queueState(data)} />}
      actions={data && <PauseQueueButton queue={data} />}
    >
      <Loaded query={query}>
        {(queue) => (
          <>
            <QueueFacts queue={queue} />
            <ThroughputSection queue={name} />
            <QueueWorkers queue={name} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

function QueueFacts({ queue }: { readonly queue: Queue }): ReactNode {
  const { name, processingTime: time, oldestWaitingMs, throughput, order, weights, dead } = queue;
  const jobs = (status: string, count: number): ReactNode => (
    <Link to={`/jobs?queue=${encodeURIComponent(name)}&status=${status}`}>{countText(count)}</Link>
  );
  return (
    <Section title="Now">
      <Facts
        facts={[
          ['Waiting', jobs('queued', queue.waiting)],
          ['Running', jobs('running', queue.active)],
          ['Retrying', jobs('retrying', queue.delayed)],
          ['Scheduled', jobs('scheduled', queue.scheduled)],
          ['Completed', jobs('completed', queue.completed)],
          ['Failed', jobs('failed', queue.failed)],
          [
            'Dead letters',
            <Link key="dead" to={`/dead-letters?queue=${encodeURIComponent(name)}`}>
              {countText(dead)}
            </Link>,
          ],
          ['Jobs per second', throughput.toFixed(2)],
          ['Wait: average', orDash(waited(queue, 'avg'))],
          ['Wait: p50', orDash(waited(queue, 'p50'))],
          ['Wait: p95', orDash(waited(queue, 'p95'))],
          ['Run: average', orDash(time.avg)],
          ['Run: p50', orDash(time.p50)],
          ['Run: p95', orDash(time.p95)],
          ['Oldest waits', orDash(oldestWaitingMs)],
          ['Order', order],
          [
            'Weights',
            Object.entries(weights)
              .map(([task, weight]) => `${task}: ${weight}`)
              .join(', ') || 'none',
          ],
        ]}
      />
    </Section>
  );
}
