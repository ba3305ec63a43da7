import { type JobFilter, type SteeringPreview } from '#libs/sdk';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode } from 'react';
import { leveret } from '../../api/leveret';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { Loaded } from '../../ui/loaded';
import { countText } from '../../ui/number-text';
import { JobTable } from './job-table';
import { jobsText } from './jobs-text';
import { type SteeredFilter } from './steer-all';
import { type SteeringChoice } from './steering';

interface SteerAllDialogProps {
  readonly steering: SteeringChoice;
  readonly filter: JobFilter;
  readonly onClose: () => void;
  readonly onConfirm: (steered: SteeredFilter) => void;
}

/** Shows how many jobs something would be done with, and the first few, before it is done. */
export function SteerAllDialog({ steering, filter, onClose, onConfirm }: SteerAllDialogProps): ReactNode {
  // Asked once, whatever happens meanwhile, and anew for each dialog: what is confirmed is what was seen.
  const query = useQuery({
    queryKey: ['jobs', 'preview', steering.call, filter],
    queryFn: ({ signal }) => leveret.jobs.preview(steering.call, filter, { signal }),
    staleTime: 'static',
    gcTime: 0,
  });
  return (
    <Dialog title={`${steering.name} all that fit`} onClose={onClose}>
      <Loaded query={query}>
        {(seen) => (
          <>
            <p>
              {seen.count === 0
                ? `There is no job among those that fit to ${steering.name.toLowerCase()}.`
                : `${jobsText(seen.count)} fit ${filterText(filter)}. ${steering.warning}`}
            </p>
            <FirstFew seen={seen} />
            <footer className="buttons">
              <Button onClick={onClose}>Keep as it is</Button>
              <Button
                kind={steering.danger ? 'danger' : 'primary'}
                disabled={seen.count === 0}
                onClick={() => onConfirm({ steering, filter, seen })}
              >
                {steering.name} {jobsText(seen.count)}
              </Button>
            </footer>
          </>
        )}
      </Loaded>
    </Dialog>
  );
}

function FirstFew({ seen: { jobs, count } }: { readonly seen: SteeringPreview }): ReactNode {
  if (jobs.length === 0) return null;
  const more = count - jobs.length;
  return (
    <>
      <JobTable jobs={jobs} />
      {more > 0 && <p className="muted">and {countText(more)} more</p>}
    </>
  );
}

/** The filters in force, as the address has them. */
function filterText({ metadata = {}, ...filter }: JobFilter): string {
  const pairs = [...Object.entries(filter), ...Object.entries(metadata)].filter(([, value]) => value !== undefined);
  return pairs.length === 0
    ? 'no filter: they are all there are'
    : pairs.map(([name, value]) => `${name} ${String(value)}`).join(', ');
}
