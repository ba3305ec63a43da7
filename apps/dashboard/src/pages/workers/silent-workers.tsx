import { type ReactNode } from 'react';
import { leveret } from '../../api/leveret';
import { useLive } from '../../api/use-live';
import { Loaded } from '../../ui/loaded';
import { Pager, useCursor } from '../../ui/pager';
import { Section } from '../../ui/page';
import { WorkerTable } from './worker-table';

const EVERY_MS = 5_000;
/** A day may have brought thousands. */
const SHOWN = 20;

/** Workers that did not end well, the one first that was heard of last. */
export function SilentWorkers(): ReactNode {
  const cursor = useCursor();
  const query = useLive(
    ['workers', 'silent', cursor],
    (signal) => leveret.workers.list({ alive: false, cursor, limit: SHOWN }).page({ signal }),
    { everyMs: EVERY_MS },
  );
  return (
    <>
      <Section title="Gone without a word">
        <p className="muted">
          They have died, or are cut off from the broker: nothing was heard of them for six seconds. What they ran is
          run again elsewhere. They leave this list after a day.
        </p>
        <Loaded query={query}>
          {({ data }) => (
            <WorkerTable workers={data} label="Silent workers" empty="No worker has gone like this within a day." />
          )}
        </Loaded>
      </Section>
      <Pager nextCursor={query.data?.nextCursor ?? null} />
    </>
  );
}
