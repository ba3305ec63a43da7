import { PermanentError } from '#libs/consumer';
import { ZoneClock } from '../../formats/zone-clock.js';

export const PERIODS = ['yesterday', 'last-week', 'last-month'] as const;
export type Period = (typeof PERIODS)[number];

const DAY_MS = 86_400_000;
const DAYS_A_WEEK = 7;

/** Days on a calendar, the first and the last; as the midnights of UTC that bear their dates. */
interface Days {
  readonly first: number;
  readonly last: number;
}

/** The first and the last day of a span: `2026-01-31`. */
export interface SpanDays {
  readonly from: string;
  readonly to: string;
}

/** What a report is about, and the time before that it is compared with. */
export interface ReportSpan extends SpanDays {
  readonly previous: SpanDays;
  /** Moments between which the days are: from each of them up to the next. ISO 8601 in UTC. */
  readonly moments: { readonly previousFrom: string; readonly from: string; readonly to: string };
}

interface Wanted {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly period?: Period | undefined;
}

/**
 * The days that a job asks for. Before them is a span of as many days, before a month the month before.
 * @param dueAt what a period is counted from
 * @throws PermanentError `invalid_span`
 */
export function reportSpan(wanted: Wanted, timezone: string, dueAt: string): ReportSpan {
  const clock = new ZoneClock(timezone);
  const today = dayOf(Date.parse(dueAt) + clock.offsetMs(Date.parse(dueAt)));
  const days = wanted.period === undefined ? givenDays(wanted) : daysOf(wanted.period, today);
  const previous = wanted.period === 'last-month' ? monthBefore(days.first) : daysBefore(days);
  const [previousFrom, from, to] = [previous.first, days.first, days.last + DAY_MS].map((day) => beginning(day, clock));
  return {
    ...spanOf(days),
    previous: spanOf(previous),
    moments: { previousFrom: previousFrom ?? '', from: from ?? '', to: to ?? '' },
  };
}

function givenDays({ from = '', to = '' }: Wanted): Days {
  const [first, last] = [Date.parse(from), Date.parse(to)];
  if (first <= last && dateOf(first) === from && dateOf(last) === to) return { first, last };
  throw new PermanentError('invalid_span', `Expected a first and a last day in this order, got ${from} and ${to}.`);
}

function daysOf(period: Period, today: number): Days {
  switch (period) {
    case 'yesterday':
      return { first: today - DAY_MS, last: today - DAY_MS };
    case 'last-week': {
      const sinceMonday = (new Date(today).getUTCDay() + DAYS_A_WEEK - 1) % DAYS_A_WEEK;
      const monday = today - sinceMonday * DAY_MS;
      return { first: monday - DAYS_A_WEEK * DAY_MS, last: monday - DAY_MS };
    }
    case 'last-month':
      return monthBefore(today);
  }
}

function monthBefore(day: number): Days {
  const date = new Date(day);
  const first = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - 1, 1);
  return { first, last: Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1) - DAY_MS };
}

function daysBefore({ first, last }: Days): Days {
  return { first: first - (last - first) - DAY_MS, last: first - DAY_MS };
}

/**
 * The moment at which a day begins in a zone: the first that bears its date. Where clocks are put forward at midnight, that is when
 * they show one o'clock.
 */
function beginning(day: number, clock: ZoneClock): string {
  const candidates = [day - DAY_MS, day + DAY_MS].map((near) => day - clock.offsetMs(near));
  const within = candidates.filter((moment) => moment + clock.offsetMs(moment) >= day);
  return new Date(Math.min(...within)).toISOString();
}

function spanOf({ first, last }: Days): SpanDays {
  return { from: dateOf(first), to: dateOf(last) };
}

function dayOf(wall: number): number {
  return Math.floor(wall / DAY_MS) * DAY_MS;
}

function dateOf(day: number): string {
  return Number.isNaN(day) ? '' : new Date(day).toISOString().slice(0, 10);
}
