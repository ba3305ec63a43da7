import { describe, expect, it } from '@jest/globals';
import { isRunReport, isTellingReport } from './report.js';

const about = { job: 'j', run: 1, worker: 'w' };
const ended = { ...about, type: 'ended', attempt: 1, startedAt: '2026-01-01T00:00:00Z', durationMs: 4.5 };

describe('isRunReport', () => {
  it.each([
    { ...about, type: 'started', attempt: 1, at: '2026-01-01T00:00:00Z' },
    { ...ended, outcome: { kind: 'done', result: null } },
    { ...ended, outcome: { kind: 'retry', failure: { code: 'c', message: 'm' } } },
    { ...ended, outcome: { kind: 'snooze', delayMs: 5, reason: 'r' } },
    { ...ended, outcome: { kind: 'cancel' } },
    { ...about, type: 'returned', reason: 'draining', later: 'fields are ignored' },
    { ...about, type: 'returned', reason: 'draining', surplus: true },
  ])('knows $type', (report) => {
    expect(isRunReport(report)).toBe(true);
  });

  it.each([
    null,
    [],
    'started',
    { ...about, type: 'toString' },
    { ...about, type: 'started', attempt: '1', at: '' },
    { ...ended, outcome: { kind: 'done' } },
    { ...ended, outcome: { kind: 'explode' } },
    { ...ended, run: -1, outcome: { kind: 'cancel' } },
    { ...about, type: 'returned', reason: 'bored' },
  ])('refuses %j', (report) => {
    expect(isRunReport(report)).toBe(false);
  });
});

describe('isTellingReport', () => {
  it('tells progress and log lines from the rest', () => {
    expect(isTellingReport({ ...about, type: 'progress', seq: 1, percent: 50, message: null })).toBe(true);
    const line = { ...about, type: 'log', seq: 2, attempt: 1, at: '', level: 'info', message: 'm', fields: {} };
    expect(isTellingReport(line)).toBe(true);
    expect(isTellingReport({ ...line, level: 'loud' })).toBe(false);
    expect(isTellingReport({ ...ended, outcome: { kind: 'cancel' } })).toBe(false);
  });
});
