import { describe, expect, it } from '@jest/globals';
import { type Timing, ticksOf } from './ticks.js';

const ANCHOR = new Date('2026-01-01T10:00:00.000Z');
const cron = (expression: string, timezone = 'UTC'): Timing => ({ cron: expression, timezone, every: null });
const every = (period: string | number): Timing => ({ cron: null, timezone: 'UTC', every: period });

function following(timing: Timing, from: string, count: number): string[] {
  const ticks = ticksOf(timing, ANCHOR);
  const found: Date[] = [];
  for (let last: Date | null = new Date(from); last !== null && found.length < count;) {
    last = ticks.after(last);
    if (last !== null) found.push(last);
  }
  return found.map((tick) => tick.toISOString().replace('.000Z', 'Z'));
}

describe('ticks', () => {
  it.each([
    ['five fields', '30 2 * * *', '2026-01-01T02:30:00Z', ['2026-01-02T02:30:00Z', '2026-01-03T02:30:00Z']],
    ['six fields', '*/20 * * * * *', '2026-01-01T00:00:01Z', ['2026-01-01T00:00:20Z', '2026-01-01T00:00:40Z']],
    ['names', '0 9 * JAN MON-TUE', '2026-01-01T00:00:00Z', ['2026-01-05T09:00:00Z', '2026-01-06T09:00:00Z']],
    ['the last of a month', '0 0 L * *', '2026-01-01T00:00:00Z', ['2026-01-31T00:00:00Z', '2026-02-28T00:00:00Z']],
    ['a leap day', '0 0 29 2 *', '2026-01-01T00:00:00Z', ['2028-02-29T00:00:00Z', '2032-02-29T00:00:00Z']],
    ['day or weekday', '0 0 13 * 5', '2026-02-10T00:00:00Z', ['2026-02-13T00:00:00Z', '2026-02-20T00:00:00Z']],
  ])('come by a cron expression with %s', (_, expression, from, expected) => {
    expect(following(cron(expression), from, 2)).toEqual(expected);
  });

  it.each([
    [
      'comes right after the gap when its time does not exist',
      ['30 2 * * *', 'Europe/Berlin', '2026-03-28T12:00:00Z'],
      ['2026-03-29T01:00:00Z', '2026-03-30T00:30:00Z'],
    ],
    [
      'comes once, first, when its time comes twice',
      ['30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00:00Z'],
      ['2026-10-25T00:30:00Z', '2026-10-26T01:30:00Z'],
    ],
    [
      'is not lost in the gap when several hours are written out',
      ['30 2,14 * * *', 'Europe/Berlin', '2026-03-28T14:00:00Z'],
      ['2026-03-29T01:00:00Z', '2026-03-29T12:30:00Z'],
    ],
    [
      'comes every hour that passes, over the gap',
      ['0 * * * *', 'Europe/Berlin', '2026-03-29T00:00:00Z'],
      ['2026-03-29T01:00:00Z', '2026-03-29T02:00:00Z'],
    ],
    [
      'comes every half hour that passes, over the hour that comes twice',
      ['*/30 * * * *', 'Europe/Berlin', '2026-10-25T00:00:00Z'],
      ['2026-10-25T00:30:00Z', '2026-10-25T01:00:00Z', '2026-10-25T01:30:00Z', '2026-10-25T02:00:00Z'],
    ],
    [
      'comes on a day that has no midnight',
      ['0 0 * * *', 'America/Havana', '2026-03-07T12:00:00Z'],
      ['2026-03-08T05:00:00Z', '2026-03-09T04:00:00Z'],
    ],
    [
      'keeps its local time where clocks move by half an hour',
      ['15 2 * * *', 'Australia/Lord_Howe', '2026-10-02T20:00:00Z'],
      ['2026-10-03T15:30:00Z', '2026-10-04T15:15:00Z'],
    ],
  ])('of a changing clock: one %s', (_, [expression = '', timezone, from = ''], expected) => {
    expect(following(cron(expression, timezone), from, expected.length)).toEqual(expected);
  });

  it.each([
    ['1s', '2026-01-01T10:00:00.000Z', '2026-01-01T10:00:01.000Z'],
    ['1s', '2026-01-01T10:00:01.000Z', '2026-01-01T10:00:02.000Z'],
    ['90m', '2026-01-01T12:59:59.999Z', '2026-01-01T13:00:00.000Z'],
    [2_500, '2026-01-01T10:00:03.000Z', '2026-01-01T10:00:05.000Z'],
    ['1h', '2025-12-31T00:00:00.000Z', '2026-01-01T11:00:00.000Z'],
  ])('come every %s from the anchor on: after %s at %s', (period, after, expected) => {
    expect(ticksOf(every(period), ANCHOR).after(new Date(after))?.toISOString()).toBe(expected);
  });

  it.each([
    ['at a tick', cron('0 * * * *'), '2026-01-01T12:00:00.000Z', '2026-01-01T12:00:00.000Z'],
    ['in between', cron('0 * * * *'), '2026-01-01T12:59:59.999Z', '2026-01-01T12:00:00.000Z'],
    ['a moment after a tick', cron('0 * * * *'), '2026-01-01T12:00:00.001Z', '2026-01-01T12:00:00.000Z'],
    ['at a tick of a period', every('1h'), '2026-01-01T12:00:00.000Z', '2026-01-01T12:00:00.000Z'],
    ['between those of a period', every('1h'), '2026-01-01T12:30:00.000Z', '2026-01-01T12:00:00.000Z'],
    ['before the first of a period', every('1h'), '2026-01-01T10:30:00.000Z', undefined],
  ])('tell which was the last: %s', (_, timing, upTo, expected) => {
    expect(ticksOf(timing, ANCHOR).upTo(new Date(upTo))?.toISOString()).toBe(expected);
  });

  it('are none for a date that no calendar has', () => {
    expect(ticksOf(cron('0 0 31 2 *'), ANCHOR).after(ANCHOR)).toBeNull();
  });
});
