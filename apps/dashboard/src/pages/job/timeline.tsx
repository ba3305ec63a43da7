import { type Attempt, type Job } from '#libs/sdk';
import { type ReactNode } from 'react';
import { durationText, useNow, wholeTime } from '../../ui/time';

interface Span {
  readonly key: string;
  readonly status: string;
  readonly from: number;
  readonly to: number;
}

interface TimelineProps {
  readonly job: Job;
  readonly attempts: readonly Attempt[];
}

/** When a job waited and when it ran, from its creation to its end or to now. */
export function Timeline({ job, attempts }: TimelineProps): ReactNode {
  const now = useNow();
  const from = Date.parse(job.createdAt);
  const ends = attempts.flatMap(({ endedAt }) => (endedAt === null ? [] : [Date.parse(endedAt)]));
  const to = Math.max(job.completedAt === null ? now : Date.parse(job.completedAt), from + 1, ...ends);
  const spans = attempts.flatMap((attempt) => spanOf(attempt, to));
  const share = (ms: number): string => `${(100 * ms) / (to - from)}%`;
  const ran = spans.reduce((sum, span) => sum + span.to - span.from, 0);
  return (
    <figure className="timeline">
      <div
        className="timeline-track"
        role="img"
        aria-label={`Ran for ${durationText(ran)} of ${durationText(to - from)}.`}
      >
        {spans.map((span) => (
          <span
            key={span.key}
            className="timeline-span"
            data-status={span.status}
            title={`${span.status}, ${durationText(span.to - span.from)}`}
            style={{ left: share(span.from - from), width: share(span.to - span.from) }}
          />
        ))}
      </div>
      <figcaption className="muted">
        <span>{wholeTime(job.createdAt)}</span>
        <span>
          ran for {durationText(ran)} of {durationText(to - from)}
        </span>
        <span>{job.completedAt === null ? 'now' : wholeTime(job.completedAt)}</span>
      </figcaption>
    </figure>
  );
}

function spanOf({ run, startedAt, endedAt, outcome }: Attempt, now: number): Span[] {
  if (startedAt === null) return [];
  const to = endedAt === null ? now : Date.parse(endedAt);
  return [{ key: String(run), status: outcome ?? 'running', from: Date.parse(startedAt), to }];
}
