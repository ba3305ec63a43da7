import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { CallEnding } from './call-ending.js';

const TOTAL_MS = 1_000;

describe('CallEnding', () => {
  let ends: number;
  let job: AbortController;
  let ending: CallEnding;

  beforeEach(() => {
    jest.useFakeTimers();
    job = new AbortController();
    ending = new CallEnding(job.signal, TOTAL_MS);
    ends = 0;
    ending.on('abort', () => (ends += 1));
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('comes when the time is over', () => {
    jest.advanceTimersByTime(TOTAL_MS - 1);
    expect([ends, ending.aborted]).toEqual([0, false]);
    jest.advanceTimersByTime(1);
    expect([ends, ending.aborted, ending.isLate]).toEqual([1, true, true]);
  });

  it('comes when the job is to stop', () => {
    job.abort();
    expect([ends, ending.aborted, ending.isLate]).toEqual([1, true, false]);
  });

  it('comes no more, and leaves no timer, when it was let go', () => {
    ending.letGo();
    expect(jest.getTimerCount()).toBe(0);
    job.abort();
    expect(ends).toBe(0);
  });
});
