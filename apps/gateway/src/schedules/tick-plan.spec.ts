import { describe, expect, it } from '@jest/globals';
import { type ScheduleRecord } from '../ledger/schedule-row.js';
import { planTick } from './tick-plan.js';

const DUE = new Date('2026-01-01T02:00:00.000Z');
const later = (ms: number): Date => new Date(DUE.getTime() + ms);
const NEXT = later(3_600_000);

function schedule(changes: Partial<ScheduleRecord>): ScheduleRecord {
  return {
    id: '01970000-0000-7000-8000-000000000000',
    tenant: 'default',
    name: 'hourly',
    version: 1,
    timing: { cron: '0 * * * *', timezone: 'UTC', every: null },
    request: { task: 'lab.noop' },
    enabled: true,
    catchUp: 'skip',
    overlap: 'allow',
    anchorAt: DUE,
    nextRunAt: DUE,
    lastJobId: 'last',
    createdAt: DUE,
    updatedAt: DUE,
    ...changes,
  };
}

describe('planning a tick', () => {
  it.each(['skip', 'once'] as const)('starts its job up to a minute late, with catchUp %s', (catchUp) => {
    for (const late of [0, 900, 60_000]) {
      const plan = planTick(schedule({ catchUp }), DUE, { now: later(late), lastJobIsOpen: false });
      expect(plan).toEqual({ tick: DUE, starts: true, reason: null, nextRunAt: NEXT });
    }
  });

  it('leaves out all that was missed, and goes on with the next tick', () => {
    const plan = planTick(schedule({}), DUE, { now: later(2.5 * 3_600_000), lastJobIsOpen: false });
    expect(plan).toMatchObject({ tick: later(2 * 3_600_000), starts: false, nextRunAt: later(3 * 3_600_000) });
    expect(plan.reason).toEqual({
      code: 'missed',
      message: 'No gateway ran at 2026-01-01T02:00:00.000Z to 2026-01-01T04:00:00.000Z.',
    });
  });

  it('makes up for all that was missed with one job, that of the last tick', () => {
    const now = later(2 * 365 * 86_400_000 + 1_000);
    const plan = planTick(schedule({ catchUp: 'once' }), DUE, { now, lastJobIsOpen: false });
    expect(plan).toMatchObject({
      tick: later(2 * 365 * 86_400_000),
      starts: true,
      reason: { code: 'caught_up' },
      nextRunAt: later(2 * 365 * 86_400_000 + 3_600_000),
    });
  });

  it.each([
    ['skip', 'once', 0, false],
    ['skip', 'once', 120_000, false],
    ['allow', 'skip', 0, true],
    ['replace', 'skip', 0, true],
  ] as const)(
    'with overlap %s and catchUp %s, %i ms late, while the last job is open',
    (overlap, catchUp, late, starts) => {
      const plan = planTick(schedule({ overlap, catchUp }), DUE, { now: later(late), lastJobIsOpen: true });
      expect(plan.starts).toBe(starts);
      expect(plan.reason?.code).toBe(starts ? undefined : 'last_job_open');
      expect(plan.nextRunAt).toEqual(NEXT);
    },
  );
});
