import { Cron } from 'croner';
import { type Duration, durationMs } from '#libs/contracts';

/** When a schedule is due: by a cron expression or by a period, of which the other is null. */
export interface Timing {
  readonly cron: string | null;
  /** Of the cron expression. */
  readonly timezone: string;
  readonly every: Duration | null;
}

/** The times at which a schedule is due. */
export interface Ticks {
  /** The first tick after a time; null when there is none. */
  after(time: Date): Date | null;
  /** The last tick that is not after a time; null when there is none. */
  upTo(time: Date): Date | null;
}

/**
 * The ticks of a timing.
 * @param anchor where a period counts from; its first tick is one period later
 * @throws Error when the cron expression is none, or Node does not know the time zone
 */
export function ticksOf({ cron, timezone, every }: Timing, anchor: Date): Ticks {
  if (cron !== null) return new CronTicks(cron, timezone);
  if (every !== null) return new PeriodTicks(durationMs(every), anchor.getTime());
  throw new Error('A schedule has either a cron expression or a period.');
}

/** The first ticks, at most `count`, of a timing that is set at a time. */
export function firstTicks(timing: Timing, setAt: Date, count: number): readonly Date[] {
  const ticks = ticksOf(timing, setAt);
  const first: Date[] = [];
  for (let tick = ticks.after(setAt); tick !== null && first.length < count; tick = ticks.after(tick)) first.push(tick);
  return first;
}

class CronTicks implements Ticks {
  readonly #cron: Cron;

  // Where minute and hour are written out, each local day has its tick: one that a clock change leaves out comes right
  // after the change, one that it repeats comes once.
  constructor(expression: string, timezone: string) {
    this.#cron = new Cron(expression, {
      timezone,
      mode: '5-or-6-parts',
      fixedTimeRule: 'no-wildcard',
      paused: true,
    });
  }

  after(time: Date): Date | null {
    return this.#cron.nextRun(time);
  }

  upTo(time: Date): Date | null {
    const [before] = this.#cron.previousRuns(1, time);
    if (before === undefined) return null;
    const following = this.after(before);
    return following !== null && following <= time ? following : before;
  }
}

class PeriodTicks implements Ticks {
  constructor(
    private readonly periodMs: number,
    private readonly anchorMs: number,
  ) {}

  after(time: Date): Date {
    return this.#tick(this.#periodsUntil(time) + 1);
  }

  upTo(time: Date): Date | null {
    const periods = this.#periodsUntil(time);
    return periods < 1 ? null : this.#tick(periods);
  }

  #periodsUntil(time: Date): number {
    return Math.max(0, Math.floor((time.getTime() - this.anchorMs) / this.periodMs));
  }

  #tick(number: number): Date {
    return new Date(this.anchorMs + number * this.periodMs);
  }
}
