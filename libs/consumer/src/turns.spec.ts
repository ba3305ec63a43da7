import { describe, expect, it } from '@jest/globals';
import { Turns } from './turns.js';

const never = new AbortController().signal;

/** A work that begins when it is let, and ends when it is told to. */
function work(turns: Turns, signal = never) {
  const state = { begun: false, end: (): void => undefined, fail: (): void => undefined };
  const done = turns.take(signal, () => {
    state.begun = true;
    return new Promise<void>((resolve, reject) => {
      state.end = resolve;
      state.fail = () => {
        reject(new Error('broken'));
      };
    });
  });
  return { state, done };
}

describe('Turns', () => {
  it('lets so many works begin at once, and the next one when one of them has ended or failed', async () => {
    const turns = new Turns(2);
    const [first, second, third, fourth] = [work(turns), work(turns), work(turns), work(turns)];
    const begun = (): readonly boolean[] => [first, second, third, fourth].map(({ state }) => state.begun);
    expect(begun()).toEqual([true, true, false, false]);
    second.state.fail();
    await expect(second.done).rejects.toThrow('broken');
    expect(begun()).toEqual([true, true, true, false]);
    first.state.end();
    await first.done;
    expect(begun()).toEqual([true, true, true, true]);
    third.state.end();
    fourth.state.end();
    await Promise.all([third.done, fourth.done]);
    expect(work(turns).state.begun).toBe(true);
  });

  it('lets one go at once whose signal aborts while it waits, and keeps no turn for it', async () => {
    const turns = new Turns(1);
    const stop = new AbortController();
    const first = work(turns);
    const waiting = work(turns, stop.signal);
    const last = work(turns);
    stop.abort(new Error('cancelled'));
    await expect(waiting.done).rejects.toThrow('cancelled');
    first.state.end();
    await first.done;
    expect([waiting.state.begun, last.state.begun]).toEqual([false, true]);
  });

  it('begins nothing for a signal that has aborted', async () => {
    const { state, done } = work(new Turns(1), AbortSignal.abort(new Error('cancelled')));
    await expect(done).rejects.toThrow('cancelled');
    expect(state.begun).toBe(false);
  });
});
