import { type ReactNode } from 'react';
import { LiveMark } from '../../ui/live-mark';
import { Loaded } from '../../ui/loaded';
import { Page } from '../../ui/page';
import { SilentWorkers } from './silent-workers';
import { useWorkers } from './use-workers';
import { WorkerTable } from './worker-table';

/** The processes that run jobs, and those that have gone without a word. */
export function Workers(): ReactNode {
  const query = useWorkers();
  return (
    <Page title="Workers" aside={<LiveMark />}>
      <div className="card">
        <Loaded query={query}>
          {(workers) => (
            <WorkerTable
              workers={workers}
              label="Workers"
              empty="No worker is alive. Jobs wait until an app is started that takes them."
            />
          )}
        </Loaded>
      </div>
      <SilentWorkers />
    </Page>
  );
}
