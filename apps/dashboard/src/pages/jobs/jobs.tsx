import { type ReactNode } from 'react';
import { useLocation } from 'react-router';
import { leveret } from '../../api/leveret';
import { listOf, useLive } from '../../api/use-live';
import { useMay } from '../../shell/session';
import { LiveMark } from '../../ui/live-mark';
import { Loaded } from '../../ui/loaded';
import { Page } from '../../ui/page';
import { Pager, useCursor } from '../../ui/pager';
import { useSteady } from '../../ui/use-steady';
import { useJobFilter } from './job-filter';
import { JobFilters } from './job-filters';
import { JobTable } from './job-table';
import { SelectionBar } from './selection-bar';
import { SteerAllMenu } from './steer-all-menu';
import { useSelection } from './use-selection';

/** The jobs that fit the filters, newest first. */
export function Jobs(): ReactNode {
  const filters = useJobFilter();
  const cursor = useCursor();
  const { search } = useLocation();
  const query = useLive(['jobs', filters.filter, cursor], (signal) =>
    leveret.jobs.list({ ...filters.filter, cursor }).page({ signal }),
  );
  const list = listOf(query, search);
  const { shown, isHeld, hold } = useSteady(query.data, list);
  const selection = useSelection(shown?.data ?? [], list);
  const mayWrite = useMay('jobs:write');
  return (
    <Page
      title="Jobs"
      aside={<LiveMark isHeld={isHeld} />}
      actions={mayWrite && <SteerAllMenu filter={filters.filter} />}
    >
      <JobFilters filters={filters} />
      {selection.jobs.length > 0 && <SelectionBar selection={selection} />}
      <div className="card">
        <Loaded query={query}>
          {(latest) => <JobTable jobs={(shown ?? latest).data} hold={hold} {...(mayWrite ? { selection } : {})} />}
        </Loaded>
      </div>
      {query.data !== undefined && <Pager nextCursor={query.data.nextCursor} />}
    </Page>
  );
}
