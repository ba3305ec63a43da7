import { type Batch } from '#libs/sdk';
import { type ReactNode } from 'react';
import { Link, useParams } from 'react-router';
import { leveret } from '../../api/leveret';
import { useLive } from '../../api/use-live';
import { useMay } from '../../shell/session';
import { Facts } from '../../ui/facts';
import { Loaded } from '../../ui/loaded';
import { countText } from '../../ui/number-text';
import { Page, Section } from '../../ui/page';
import { ProgressBar } from '../../ui/progress-bar';
import { StatusBadge } from '../../ui/status-badge';
import { Time } from '../../ui/time';
import { STATUSES } from '../jobs/job-filter';
import { JobTable } from '../jobs/job-table';
import { BatchActions } from './batch-actions';

/** One batch: how far it has come, and its jobs. */
export function BatchPage(): ReactNode {
  const { id = '' } = useParams();
  const query = useLive(['batch', id], (signal) => leveret.batches.get(id, { signal }));
  const mayWrite = useMay('jobs:write');
  return (
    <Page
      title="Batch"
      aside={query.data?.paused === true && <StatusBadge status="paused" />}
      actions={query.data && mayWrite && <BatchActions batch={query.data} />}
    >
      <p className="id-line">
        <code>{id}</code>
      </p>
      <Loaded query={query}>{(batch) => <BatchParts batch={batch} />}</Loaded>
    </Page>
  );
}

function BatchParts({ batch }: { readonly batch: Batch }): ReactNode {
  const { id, total, percent, counts, createdAt, completedAt, pausedAt, tenant } = batch;
  const jobs = useLive(['jobs', { batchId: id }], (signal) => leveret.jobs.list({ batchId: id }).page({ signal }));
  return (
    <>
      <Section title="Progress">
        <ProgressBar progress={{ percent, message: `of ${countText(total)} jobs` }} />
        <Facts
          facts={[
            ...STATUSES.map((status) => [status, countText(counts[status])] as const),
            ['Tenant', tenant],
            ['Created', <Time key="created" at={createdAt} />],
            ['Completed', <Time key="completed" at={completedAt} />],
            ...(pausedAt === null ? [] : ([['Paused', <Time key="paused" at={pausedAt} />]] as const)),
          ]}
        />
      </Section>
      <Section title="Jobs" aside={<Link to={`/jobs?batchId=${id}`}>All of them</Link>}>
        <Loaded query={jobs}>{({ data }) => <JobTable jobs={data} />}</Loaded>
      </Section>
    </>
  );
}
