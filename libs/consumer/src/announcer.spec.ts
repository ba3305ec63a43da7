import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { Announcer } from './announcer.js';

const ANNOUNCEMENT = {
  domain: 'lab',
  appVersion: '1.0.0',
  worker: 'lab@host',
  queue: { key: 'lab.classic-1', type: 'classic' as const, number: 1 },
  tasks: [],
};
const READY = { onReady: (): void => undefined, whenReady: (): Promise<void> => Promise.resolve() };

/** Refuses the first announcements, as a broker does that has no queue for them. */
function refusing(times: number): { send: () => Promise<void>; sent: () => number } {
  let count = 0;
  return {
    sent: () => count,
    send: async () => {
      count += 1;
      if (count <= times) throw new Error('No queue takes it.');
    },
  };
}

describe('an app’s first announcement', () => {
  it('is repeated until the broker takes it, and then said again when the broker is back', async () => {
    const reporter = refusing(1);
    let listener: () => void = () => undefined;
    const announcer = new Announcer(reporter, ANNOUNCEMENT);
    await announcer.start({ ...READY, onReady: (heard) => (listener = heard) }, new AbortController().signal);
    expect(reporter.sent()).toBe(2);
    listener();
    expect(reporter.sent()).toBe(3);
    announcer.stop();
  });

  it('does not keep the process busy while the broker refuses it, and ends with the app', async () => {
    const reporter = refusing(Infinity);
    const starting = new AbortController();
    const started = new Announcer(reporter, ANNOUNCEMENT).start(READY, starting.signal);
    await delay(100);
    expect(reporter.sent()).toBe(1);
    starting.abort();
    await expect(started).rejects.toThrow('abort');
  });
});
