import { describe, expect, it } from '@jest/globals';
import { type WorkOrder } from '#libs/contracts';
import { type Delivery } from './ports.js';
import { RunInHand } from './run-in-hand.js';

const hand = (): RunInHand => new RunInHand({} as WorkOrder, {} as Delivery);

describe('the signal of a run', () => {
  it('aborts with the first reason to stop', () => {
    const run = hand();
    const { signal } = run;
    expect(signal.aborted).toBe(false);
    run.stop('timeout');
    run.stop('voided');
    expect([signal.aborted, (signal.reason as Error).name, run.stopped]).toEqual([true, 'TimeoutError', 'timeout']);
  });

  it('has aborted when it is asked for only after that', () => {
    const run = hand();
    run.stop('draining');
    expect([run.signal.aborted, (run.signal.reason as Error).message]).toEqual([
      true,
      'The app ends; the job will run elsewhere.',
    ]);
  });

  it('is the same one each time, so that who listens hears of the stop', () => {
    const run = hand();
    expect(run.signal).toBe(run.signal);
  });
});
