import { type ScheduleRequest } from '#libs/sdk';
import { type ReactNode } from 'react';
import { leveret } from '../../api/leveret';
import { useLive } from '../../api/use-live';
import { type Body } from '../../request-form/body-fields';
import { wholeTime } from '../../ui/time';

const EVERY_MS = 10_000;

/** When a schedule with the timing of a body would be due; nothing while the gateway takes none of it. */
export function NextTicks({ body }: { readonly body: Body }): ReactNode {
  const { cron, timezone, every } = body as Partial<ScheduleRequest>;
  const timing = { cron, timezone, every };
  const isGiven = cron !== undefined || every !== undefined;
  const { data } = useLive(['ticks', timing], (signal) => leveret.schedules.preview(timing, { signal }), {
    everyMs: EVERY_MS,
    enabled: isGiven,
  });
  if (!isGiven || data === undefined) return null;
  return (
    <section className="field" aria-label="Next ticks">
      <h2>Set now, it would be due at</h2>
      <ol className="muted">
        {data.ticks.map((tick) => (
          <li key={tick}>{wholeTime(tick)}</li>
        ))}
      </ol>
    </section>
  );
}
