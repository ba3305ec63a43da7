import { describe, expect, it } from '@jest/globals';
import { randomFrom } from '../testing/job-reports.js';
import { releasePlan, type ReleaseRules, type Turn } from './release-plan.js';

type Job = Turn['candidates'][number];

const FIFO: ReleaseRules = { order: 'fifo', weights: {} };
const random = randomFrom(7);

function jobs(names: string, changes: Partial<Job> = {}): Job[] {
  return Array.from(names, (name) => ({
    id: name,
    queue: 'media',
    tenant: 'a',
    task: 'media.one',
    priority: 4,
    cameAt: name.codePointAt(0) ?? 0,
    ...changes,
  }));
}

function planned(turns: readonly Turn[]): string {
  return releasePlan(turns, random)
    .map(({ id }) => id)
    .join('');
}

describe('a release plan', () => {
  it('gives tenants turns, and a tenant with fewer jobs no fewer turns', () => {
    expect(
      planned([
        { room: 9, rules: FIFO, candidates: jobs('abcdef') },
        { room: 9, rules: FIFO, candidates: jobs('xy', { tenant: 'b' }) },
      ]),
    ).toBe('axbycdef');
  });

  it('gives no tenant more than it has room for', () => {
    expect(planned([{ room: 2, rules: FIFO, candidates: jobs('abcdef') }])).toBe('ab');
    expect(planned([{ room: 0, rules: FIFO, candidates: jobs('a') }])).toBe('');
    expect(planned([])).toBe('');
  });

  it('puts higher priorities first, and within one what came first, or last', () => {
    const candidates = [...jobs('bd'), ...jobs('ce', { priority: 9 }), ...jobs('a', { task: 'media.two' })];
    expect(planned([{ room: 9, rules: FIFO, candidates }])).toBe('ceabd');
    expect(planned([{ room: 9, rules: { ...FIFO, order: 'lifo' }, candidates }])).toBe('ecdba');
  });

  it('has of each task as many as its weight says, in the order of the queue', () => {
    const many = Array.from({ length: 500 }, (_, index) => index);
    const of = (task: string, offset: number): Job[] =>
      many.flatMap((index) => jobs('x', { id: `${task} ${index}`, task, cameAt: 2 * index + offset }));
    const rules = { ...FIFO, weights: { 'media.one': 4 } };
    const candidates = [...of('media.two', 0), ...of('media.one', 1)];
    const plan = releasePlan([{ room: 250, rules, candidates }], random);
    const ones = plan.filter(({ task }) => task === 'media.one');
    expect(ones.length / plan.length).toBeGreaterThan(0.7);
    expect(ones.length / plan.length).toBeLessThan(0.9);
    expect(ones.map(({ id }) => id)).toEqual(ones.map((_, index) => `media.one ${index}`));
  });

  it('lets a task of a small weight come, however often only one job is let go', () => {
    const rules = { ...FIFO, weights: { 'media.one': 4 } };
    const candidates = [...jobs('a'), ...jobs('b', { task: 'media.two' })];
    const firsts = Array.from({ length: 100 }, () => planned([{ room: 1, rules, candidates }]));
    expect(new Set(firsts)).toEqual(new Set(['a', 'b']));
  });
});
