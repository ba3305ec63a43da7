import { describe, expect, it } from '@jest/globals';
import { type HeldMemory, type HeldRun, isHeartbeat } from '#libs/contracts';
import { Pulse } from './pulse.js';

const COMMON = { worker: 'lab@w', domain: 'lab', appVersion: '1.0.0', concurrency: 4 };
const STORAGE = { identity: () => Promise.resolve('disk-1') };
const RUN = { job: 'j', run: 1 };

/** A pulse that has begun, the broker that comes back, and what was sent. */
function startPulse(runs: readonly HeldRun[]): { pulse: Pulse; reconnect: () => void; sent: unknown[] } {
  const sent: unknown[] = [];
  let reconnect = (): void => undefined;
  const reporter = { send: async (_kind: string, value: unknown) => void sent.push(value) };
  const pulse = new Pulse(reporter, () => ({ ...COMMON, runs }), STORAGE);
  pulse.start({ onReady: (listener) => (reconnect = listener) });
  return { pulse, reconnect: () => reconnect(), sent };
}

describe('Pulse', () => {
  it('beats when it starts and whenever the broker can be reached again, and counts', () => {
    const sent: unknown[] = [];
    const listeners: (() => void)[] = [];
    const reporter = {
      send: (_kind: string, value: unknown): Promise<void> => {
        sent.push(value);
        return Promise.reject(new Error('The broker is away.'));
      },
    };
    let runs = [RUN];
    const pulse = new Pulse(reporter, () => ({ ...COMMON, runs }), STORAGE);
    pulse.start({ onReady: (listener) => listeners.push(listener) });
    runs = [];
    for (const listener of listeners) listener();
    pulse.stop();

    expect(sent).toMatchObject([
      { ...COMMON, seq: 1, runs: [RUN] },
      { ...COMMON, seq: 2, runs: [] },
      { ...COMMON, seq: 3, runs: [], leaves: true },
    ]);
    expect(sent.every((heartbeat) => isHeartbeat(heartbeat))).toBe(true);
    const { memory } = sent[0] as { memory: HeldMemory };
    expect(memory.rss).toBeGreaterThan(10_000_000);
    expect(memory.limit ?? Infinity).toBeGreaterThan(memory.rss);
  });

  it('says with its last beat that the worker has ended well, and nothing after it', () => {
    const { pulse, reconnect, sent } = startPulse([]);
    pulse.stop();
    reconnect();
    expect(sent).toMatchObject([{ seq: 1 }, { seq: 2, runs: [], leaves: true }]);
    expect(sent[0]).not.toHaveProperty('leaves');
    expect(sent.every((heartbeat) => isHeartbeat(heartbeat))).toBe(true);
  });

  it('ends without a word when something is in hand', () => {
    const { pulse, reconnect, sent } = startPulse([RUN]);
    pulse.stop();
    reconnect();
    expect(sent).toMatchObject([{ seq: 1, runs: [RUN] }]);
  });
});
