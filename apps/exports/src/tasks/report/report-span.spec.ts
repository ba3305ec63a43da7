import { describe, expect, it } from '@jest/globals';
import { reportSpan } from './report-span.js';

const DUE = '2026-03-30T05:00:00.000Z';

describe('reportSpan', () => {
  it.each([
    ['yesterday', '2026-03-29', '2026-03-29', '2026-03-28T00:00:00.000Z'],
    ['last-week', '2026-03-23', '2026-03-29', '2026-03-16T00:00:00.000Z'],
    ['last-month', '2026-02-01', '2026-02-28', '2026-01-01T00:00:00.000Z'],
  ] as const)('counts %s from the time that the job was meant for', (period, from, to, previousFrom) => {
    expect(reportSpan({ period }, 'UTC', DUE)).toMatchObject({ from, to, moments: { previousFrom } });
  });

  it('has weeks that begin on Monday, also when they are counted from a Sunday', () => {
    expect(reportSpan({ period: 'last-week' }, 'UTC', '2026-03-29T12:00:00Z')).toMatchObject({
      from: '2026-03-16',
      to: '2026-03-22',
    });
  });

  it('takes the day of the zone, which may be another than that of UTC', () => {
    expect(reportSpan({ period: 'yesterday' }, 'Pacific/Auckland', '2026-03-29T20:00:00Z').from).toBe('2026-03-29');
    expect(reportSpan({ period: 'yesterday' }, 'America/New_York', '2026-03-30T01:00:00Z').from).toBe('2026-03-28');
  });

  it('begins days when they begin in the zone: the one on which clocks are changed has 23 hours', () => {
    expect(reportSpan({ period: 'yesterday' }, 'Europe/Berlin', DUE).moments).toEqual({
      previousFrom: '2026-03-27T23:00:00.000Z',
      from: '2026-03-28T23:00:00.000Z',
      to: '2026-03-29T22:00:00.000Z',
    });
  });

  it.each([
    ['America/Santiago', '2026-09-06', '2026-09-06T04:00:00.000Z', 'clocks go from midnight to one'],
    ['America/Havana', '2026-03-08', '2026-03-08T05:00:00.000Z', 'clocks go from midnight to one'],
    ['America/Havana', '2026-11-01', '2026-11-01T04:00:00.000Z', 'clocks go from one back to midnight'],
    ['America/Santiago', '2026-04-05', '2026-04-05T04:00:00.000Z', 'clocks go from midnight back to eleven'],
    ['Pacific/Apia', '2011-12-31', '2011-12-30T10:00:00.000Z', 'the day before is left out'],
  ])('begins a day of %s, %s, at %s: %s', (timezone, day, from) => {
    expect(reportSpan({ from: day, to: day }, timezone, DUE).moments.from).toBe(from);
  });

  it('takes days, the last of them included, and compares them with as many before', () => {
    expect(reportSpan({ from: '2026-01-10', to: '2026-01-12' }, 'UTC', DUE)).toEqual({
      from: '2026-01-10',
      to: '2026-01-12',
      previous: { from: '2026-01-07', to: '2026-01-09' },
      moments: {
        previousFrom: '2026-01-07T00:00:00.000Z',
        from: '2026-01-10T00:00:00.000Z',
        to: '2026-01-13T00:00:00.000Z',
      },
    });
  });

  it.each([
    ['2026-01-12', '2026-01-10'],
    ['2026-02-29', '2026-03-01'],
    ['2026-02-01', '2026-02-30'],
  ])('refuses the days from %s to %s', (from, to) => {
    expect(() => reportSpan({ from, to }, 'UTC', DUE)).toThrow(expect.objectContaining({ code: 'invalid_span' }));
  });
});
