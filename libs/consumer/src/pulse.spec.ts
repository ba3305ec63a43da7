import { describe, expect, it } from '@jest/globals';
import { type HeldMemory, isHeartbeat } from '#libs/contracts';
import { Pulse } from './pulse.js';

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
    let runs = [{ job: 'j', run: 1 }];
    const common = { worker: 'lab@w', domain: 'lab', appVersion: '1.0.0', concurrency: 4 };
    const storage = { identity: () => Promise.resolve('disk-1') };
    const pulse = new Pulse(reporter, () => ({ ...common, runs }), storage);
    pulse.start({ onReady: (listener) => listeners.push(listener) });
    runs = [];
    for (const listener of listeners) listener();
    pulse.stop();

    expect(sent).toMatchObject([
      { ...common, seq: 1, runs: [{ job: 'j', run: 1 }] },
      { ...common, seq: 2, runs: [] },
    ]);
    expect(sent.every((heartbeat) => isHeartbeat(heartbeat))).toBe(true);
    const { memory } = sent[0] as { memory: HeldMemory };
    expect(memory.rss).toBeGreaterThan(10_000_000);
    expect(memory.limit ?? Infinity).toBeGreaterThan(memory.rss);
  });
});
