import { type Job } from '#libs/sdk';
import { type ReactNode } from 'react';
import { leveret } from '../../api/leveret';
import { useLive } from '../../api/use-live';
import { Section } from '../../ui/page';
import { Time } from '../../ui/time';

const EVERY_MS = 3_000;
const WAITING = ['scheduled', 'queued', 'retrying'];

/** Why a job that waits has not run yet, and when it likely will. */
export function Explanation({ job: { id, status } }: { readonly job: Job }): ReactNode {
  const enabled = WAITING.includes(status);
  const { data } = useLive(['explain', id], (signal) => leveret.jobs.explain(id, { signal }), {
    everyMs: EVERY_MS,
    enabled,
  });
  if (!enabled || data === undefined) return null;
  const { reasons, position, estimate } = data;
  return (
    <Section title="Why it has not run yet">
      <ul className="reasons">
        {reasons.map(({ code, message }) => (
          <li key={code}>
            {message} <code className="muted">{code}</code>
          </li>
        ))}
        {position !== null && (
          <li>
            {position.more ? 'More than ' : ''}
            {position.ahead} jobs are before it.
          </li>
        )}
        {estimate?.startsAt != null && (
          <li>
            It likely starts <Time at={estimate.startsAt.from} />, at the latest <Time at={estimate.startsAt.to} />.
          </li>
        )}
      </ul>
    </Section>
  );
}
