import { type ReactNode } from 'react';
import { Loaded } from '../../ui/loaded';
import { Section } from '../../ui/page';
import { useWorkers } from '../workers/use-workers';
import { WorkerTable } from '../workers/worker-table';

export function QueueWorkers({ queue }: { readonly queue: string }): ReactNode {
  const query = useWorkers();
  return (
    <Section title="Workers">
      <Loaded query={query}>
        {(workers) => (
          <WorkerTable
            workers={workers.filter(({ domain }) => domain === queue)}
            label="Workers"
            empty="No worker is alive. Jobs wait until one is."
          />
        )}
      </Loaded>
    </Section>
  );
}
