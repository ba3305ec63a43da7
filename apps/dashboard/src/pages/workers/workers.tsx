import { type ReactNode } from 'react';
import { LiveMark } from '../../ui/live-mark';
import { Loaded } from '../../ui/loaded';
import { Page } from '../../ui/page';
import { useWorkers } from './use-workers';
import { WorkerTable } from './worker-table';

/** The processes that run jobs, those that were heard of within a day. */
export function Workers(): ReactNode {
  const query = useWorkers();
  return (
    <Page title="Workers" aside={<LiveMark />}>
      <div className="card">
        <Loaded query={query}>{(workers) => <WorkerTable workers={workers} />}</Loaded>
      </div>
    </Page>
  );
}
