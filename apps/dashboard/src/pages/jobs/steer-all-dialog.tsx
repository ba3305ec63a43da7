import { type JobFilter, type SteeringPreview } from '#libs/sdk';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, type SubmitEvent } from 'react';
import { leveret } from '../../api/leveret';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { Loaded } from '../../ui/loaded';
import { countText } from '../../ui/number-text';
import { JobTable } from './job-table';
import { jobsText } from './jobs-text';
import { type SteeredFilter } from './steer-all';
import { narrowed, type SteeringChoice } from './steering';

interface SteerAllDialogProps {
  readonly steering: SteeringChoice;
  readonly filter: JobFilter;
  readonly onClose: () => void;
  readonly onConfirm: (steered: SteeredFilter) => void;
  /** What of it has to be chosen first. */
  readonly children?: ReactNode;
}

/** Shows how many jobs something would be done with, and the first few, before it is done. */
export function SteerAllDialog({ steering, filter, onClose, onConfirm, children }: SteerAllDialogProps): ReactNode {
  const { preview, statuses, phrase, warning, danger } = steering;
  const among = narrowed(steering, filter);
  // Asked once, whatever happens meanwhile, and anew for each dialog: what is confirmed is what was seen.
  const query = useQuery({
    queryKey: ['jobs', 'preview', preview, among],
    queryFn: ({ signal }) => (among === undefined ? NO_JOB : leveret.jobs.preview(preview, among, { signal })),
    staleTime: 'static',
    gcTime: 0,
  });
  const confirm = (seen: SteeringPreview) => (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (among !== undefined) onConfirm({ steering, filter: among, seen });
  };
  return (
    <Dialog title={phrase('all that fit')} onClose={onClose}>
      <Loaded query={query}>
        {(seen) => (
          <form className="form" onSubmit={confirm(seen)}>
            <p>
              {seen.count === 0
                ? `None of those that fit is ${alternatives.format(statuses)}.`
                : `${jobsText(seen.count)} fit ${filterText(filter)}. ${warning}`}
            </p>
            <FirstFew seen={seen} />
            {seen.count > 0 && children}
            <footer className="buttons">
              <Button onClick={onClose}>Keep as it is</Button>
              <Button kind={danger ? 'danger' : 'primary'} type="submit" disabled={seen.count === 0}>
                {phrase(jobsText(seen.count))}
              </Button>
            </footer>
          </form>
        )}
      </Loaded>
    </Dialog>
  );
}

const NO_JOB: SteeringPreview = { count: 0, at: '', jobs: [] };

const alternatives = new Intl.ListFormat('en', { type: 'disjunction' });

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
