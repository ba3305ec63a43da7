import { type ReactNode, useState } from 'react';
import { useMay } from '../../shell/session';
import { Button } from '../../ui/button';
import { TextFilter } from '../../ui/text-filter';
import { type AddressedFilter } from './job-filter';
import { MetadataFilters } from './metadata-filters';
import { StatusFilter } from './status-filter';
import { TimeFilter } from './time-filter';

/** What of the jobs is listed. Each filter is in the address as soon as it is set. */
export function JobFilters({ filters }: { readonly filters: AddressedFilter }): ReactNode {
  const { values, set, clear, metadata } = filters;
  const isAdmin = useMay('admin');
  const seesContents = useMay('jobs:read');
  const count = Object.keys(values).length + Object.keys(metadata).length;
  const [isMore, setMore] = useState(count > 0);
  return (
    <div className="filters" role="search" aria-label="Filter jobs">
      <StatusFilter value={values.status} onChange={(statuses) => set('status', statuses)} />
      <TextFilter name="Task" value={values.task} onChange={(value) => set('task', value)} />
      <TextFilter name="Queue" value={values.queue} onChange={(value) => set('queue', value)} />
      {isMore && (
        <>
          {isAdmin && <TextFilter name="Tenant" value={values.tenant} onChange={(value) => set('tenant', value)} />}
          <TextFilter name="Except task" value={values.exceptTask} onChange={(value) => set('exceptTask', value)} />
          <TextFilter name="Error code" value={values.errorCode} onChange={(value) => set('errorCode', value)} />
          <TextFilter name="Batch" value={values.batchId} onChange={(value) => set('batchId', value)} />
          <TimeFilter name="Created after" value={values.createdAfter} onChange={(at) => set('createdAfter', at)} />
          <TimeFilter name="Created before" value={values.createdBefore} onChange={(at) => set('createdBefore', at)} />
          {seesContents && (
            <MetadataFilters metadata={metadata} onChange={(key, value) => set(`metadata.${key}`, value)} />
          )}
        </>
      )}
      <Button kind="quiet" aria-expanded={isMore} onClick={() => setMore(!isMore)}>
        {isMore ? 'Fewer filters' : 'More filters'}
      </Button>
      {count > 0 && (
        <Button kind="quiet" onClick={clear}>
          Clear
        </Button>
      )}
    </div>
  );
}
