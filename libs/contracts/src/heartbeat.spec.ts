import { describe, expect, it } from '@jest/globals';
import { isHeartbeat } from './heartbeat.js';

const heartbeat = {
  worker: 'media@host:4711-k3f9',
  domain: 'media',
  appVersion: '0.1.0',
  concurrency: 4,
  seq: 1,
  runs: [{ job: 'j', run: 1 }],
};

describe('isHeartbeat', () => {
  it('knows what an app sends, with nothing in hand too', () => {
    expect(isHeartbeat(heartbeat)).toBe(true);
    expect(isHeartbeat({ ...heartbeat, at: 1_800_000_000_000, storage: '5e0b8a3c-7d52-4c1e-9f64-1f2f4f0f6a11' })).toBe(
      true,
    );
    expect(isHeartbeat({ ...heartbeat, memory: { rss: 1, limit: 2 } })).toBe(true);
    expect(isHeartbeat({ ...heartbeat, memory: { rss: 1, limit: null } })).toBe(true);
    const dependency = { name: 'payments', state: 'half-open', inFlight: 1, parked: 7 };
    expect(isHeartbeat({ ...heartbeat, dependencies: [dependency] })).toBe(true);
    expect(isHeartbeat({ ...heartbeat, runs: [], leaves: true })).toBe(true);
    expect(isHeartbeat({ ...heartbeat, runs: [], later: 'fields are ignored' })).toBe(true);
  });

  it.each([
    { worker: '' },
    { worker: 'a\0b' },
    { worker: 'w'.repeat(200) },
    { domain: 'No domain' },
    { appVersion: '\ud800' },
    { concurrency: 1e9 },
    { seq: -1 },
    { at: 'noon' },
    { storage: 'a\0b' },
    { memory: { rss: -1, limit: null } },
    { memory: { rss: 1 } },
    { leaves: 'yes' },
    { runs: [{ job: 'j' }] },
    { dependencies: [{ name: 'payments', state: 'gone', inFlight: 0, parked: 0 }] },
    { dependencies: Array.from({ length: 101 }, () => ({ name: 'x', state: 'open', inFlight: 0, parked: 0 })) },
    { runs: Array.from({ length: 10_001 }, () => ({ job: 'j', run: 1 })) },
  ])('refuses %j', (broken) => {
    expect(isHeartbeat({ ...heartbeat, ...broken })).toBe(false);
  });
});
