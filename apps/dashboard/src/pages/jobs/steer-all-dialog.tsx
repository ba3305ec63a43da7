import { type JobFilter, type SteeringPreview } from '#libs/sdk';
import { type ReactNode } from 'react';
import { leveret } from '../../api/leveret';
import { useLive } from '../../api/use-live';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { Loaded } from '../../ui/loaded';
import { countText } from '../../ui/number-text';
import { JobTable } from './job-table';
import { jobsText } from './jobs-text';
import { type SteeredFilter } from './steer-all';
import { type Steering } from './steering';

interface SteerAllDialogProps {
  readonly steering: Steering;
  readonly filter: JobFilter;
  readonly onClose: () => void;
  readonly onConfirm: (steered: SteeredFilter) => void;
}

/** Shows how many jobs something would be done with, and the first few, before it is done. */
export function SteerAllDialog({ steering, filter, onClose, onConfirm }: SteerAllDialogProps): ReactNode {
  // Asked once: what is confirmed is what was seen.
  const query = useLive(
    ['jobs', 'preview', steering.call, filter],
    (signal) => leveret.jobs.preview(steering.call, filter, { signal }),
    { everyMs: false },
  );
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
