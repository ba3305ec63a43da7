import { type RunReason } from '../ledger/schedule-run.js';
import { type ScheduleRecord } from '../ledger/schedule-row.js';
import { ticksOf } from './ticks.js';

/** A tick that is later than this has been missed. */
const MISSED_AFTER_MS = 60_000;

/** What a schedule that is due does now. */
export interface TickPlan {
  readonly tick: Date;
  readonly starts: boolean;
  readonly reason: RunReason | null;
  readonly nextRunAt: Date | null;
}

/**
 * Plans the oldest tick of a schedule that is due. When that one has been missed, so have all ticks until now: they are left
 * out together, or the last of them stands for all.
 */
export function planTick(
  schedule: ScheduleRecord,
  due: Date,
  { now, lastJobIsOpen }: { readonly now: Date; readonly lastJobIsOpen: boolean },
): TickPlan {
  const ticks = ticksOf(schedule.timing, schedule.anchorAt);
  const missed = now.getTime() - due.getTime() > MISSED_AFTER_MS;
  const last = missed ? latest(ticks.upTo(now), due) : due;
  const plan = { tick: last, nextRunAt: ticks.after(last) };
  if (missed && schedule.catchUp === 'skip') return { ...plan, starts: false, reason: missedReason(due, last) };
  if (lastJobIsOpen && schedule.overlap === 'skip')
    return { ...plan, starts: false, reason: openReason(schedule.lastJobId) };
  return { ...plan, starts: true, reason: missed ? caughtUpReason(due, last) : null };
}

/** Why a schedule starts nothing while the job that it started last is open. */
export function openReason(lastJobId: string | null): RunReason {
  return { code: 'last_job_open', message: `The schedule's last job, ${lastJobId ?? 'none'}, has not ended.` };
}

function latest(one: Date | null, other: Date): Date {
  return one !== null && one > other ? one : other;
}

function missedReason(first: Date, last: Date): RunReason {
  return { code: 'missed', message: `No gateway ran at ${span(first, last)}.` };
}

function caughtUpReason(first: Date, last: Date): RunReason {
  return { code: 'caught_up', message: `Stands for every tick that was missed: ${span(first, last)}.` };
}

function span(first: Date, last: Date): string {
  const from = first.toISOString();
  return first.getTime() === last.getTime() ? from : `${from} to ${last.toISOString()}`;
}
