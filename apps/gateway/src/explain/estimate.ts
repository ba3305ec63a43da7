import { type Pace } from '../ledger/explain-store.js';
import { middleOf } from '../ledger/queue-counts.js';

const LOW = 0.1;
const HIGH = 0.9;
const MINUTE_MS = 60_000;

/** A range of times: as likely earlier or later as one in ten each. ISO 8601. */
export interface TimeRange {
  readonly from: string;
  readonly to: string;
}

/** When a job is likely to start and to end. */
export interface Estimate {
  /** Null when it has started. */
  readonly startsAt: TimeRange | null;
  /** Null when nothing of the last hour says how long it takes. */
  readonly endsAt: TimeRange | null;
}

/** What a start depends on. Times are milliseconds since 1970. */
export interface Prospect {
  readonly now: number;
  /** Before that it does not start. */
  readonly dueAt: number | null;
  /** How many jobs end before it starts: at least, and at most. */
  readonly ahead: { readonly least: number; readonly most: number };
}

/**
 * When a job that waits is likely to start and end, by what the queue did in the last hour: as many jobs have to end as are
 * before it, at best as fast as the queue ended jobs in its better minutes, at worst as fast as it ended those of its priority and below
 * in its worse. Null when nothing ended in that time.
 */
export function estimateOfWaiting({ now, dueAt, ahead }: Prospect, pace: Pace): Estimate | null {
  const minutes = sorted(pace.minutes);
  if (minutes.length === 0) return null;
  const left = pace.minutesLeft.length === 0 ? minutes : sorted(pace.minutesLeft);
  const earliest = Math.max(now, dueAt ?? now);
  const from = earliest + (ahead.least * MINUTE_MS) / quantileOf(minutes, HIGH);
  const to = earliest + (ahead.most * MINUTE_MS) / quantileOf(left, LOW);
  const durations = rangeOfDurations(pace);
  return {
    startsAt: range(from, to),
    endsAt: durations === undefined ? null : range(from + durations.low, to + durations.high),
  };
}

/** When a job that runs is likely to end. Null when nothing of the last hour says how long it takes. */
export function estimateOfRunning(now: number, startedAt: number, pace: Pace): Estimate | null {
  const durations = rangeOfDurations(pace);
  if (durations === undefined) return null;
  const [from, to] = [startedAt + durations.low, startedAt + durations.high].map((at) => Math.max(now, at));
  return { startsAt: null, endsAt: range(from ?? now, to ?? now) };
}

function rangeOfDurations({ durations }: Pace): { readonly low: number; readonly high: number } | undefined {
  const runs = durations.reduce((sum, bucket) => sum + bucket.runs, 0);
  if (runs === 0) return undefined;
  const quantile = (share: number): number => {
    let seen = 0;
    return middleOf(durations.find((bucket) => (seen += bucket.runs) >= share * runs)?.bucket ?? 0);
  };
  return { low: quantile(LOW), high: quantile(HIGH) };
}

function sorted(minutes: readonly number[]): readonly number[] {
  return minutes.toSorted((one, other) => one - other);
}

function quantileOf(minutes: readonly number[], share: number): number {
  return minutes[Math.min(minutes.length - 1, Math.floor(share * minutes.length))] ?? 1;
}

function range(from: number, to: number): TimeRange {
  return { from: new Date(from).toISOString(), to: new Date(Math.max(from, to)).toISOString() };
}
