import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createTelemetry } from '#libs/observability';
import { type Caller } from '../api-keys/caller.js';
import { UNLIMITED_KEY } from '../ledger/limits.js';
import { Listeners } from './listeners.js';

const IN_A_MINUTE = 60_000;

describe('who listens', () => {
  let listeners: Listeners;
  beforeEach(() => {
    jest.useFakeTimers();
    listeners = new Listeners({
      keys: { inForce: (ids) => Promise.resolve(new Set(ids)) },
      maxPerKey: 10,
      telemetry: createTelemetry({ service: 'gateway', level: 'info', destination: { write: () => undefined } }),
    });
    listeners.start();
  });
  afterEach(() => {
    listeners.stop();
    jest.useRealTimers();
  });

  it.each<[string, (end: Date) => Partial<Caller>]>([
    ['session', (expiresAt) => ({ session: { expiresAt } })],
    ['watch token', (until) => ({ watch: { jobId: 'any', until } })],
  ])('with a %s is cut off when that has run out, and not before', (_, until) => {
    const closed: string[] = [];
    const key = {
      apiKeyId: 'one',
      tenant: 'default',
      scopes: ['jobs:read'],
      limits: UNLIMITED_KEY,
      seesContents: true,
    } as const;
    listeners.admit({
      transport: 'sse',
      caller: { ...key, ...until(new Date(Date.now() + IN_A_MINUTE)) },
      close: (reason) => closed.push(reason),
    });
    jest.advanceTimersByTime(IN_A_MINUTE);
    expect(closed).toEqual([]);
    jest.advanceTimersByTime(5_000);
    expect(closed[0]).toBe('expired');
  });
});
