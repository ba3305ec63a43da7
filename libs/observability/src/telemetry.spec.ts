import { beforeEach, describe, expect, it } from '@jest/globals';
import { type EventDefinition } from './event-definition.js';
import { EVENTS } from './events.js';
import { registerGauge } from './register-gauge.js';
import { createTelemetry, type Telemetry } from './telemetry.js';

const lines: string[] = [];
let telemetry: Telemetry;

beforeEach(() => {
  lines.length = 0;
  telemetry = createTelemetry({
    service: 'media',
    level: 'debug',
    destination: { write: (line) => void lines.push(line) },
  });
});

const logged = (): Record<string, unknown> => JSON.parse(lines.at(-1) ?? '{}') as Record<string, unknown>;
const run = { job: 'j1', task: 'media.process-image', attempt: 1, run: 1, tenant: 'default' } as const;

describe('an event', () => {
  it('becomes a line of JSON with its name, service, level and ISO time', () => {
    telemetry.emit('broker.disconnected', { role: 'media: consume', reason: 'ECONNRESET' });
    expect(logged()).toEqual({
      level: 'warn',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      service: 'media',
      event: 'broker.disconnected',
      role: 'media: consume',
      reason: 'ECONNRESET',
      msg: 'No connection to the broker; trying again',
    });
  });

  it('has the level that its fields give it', () => {
    telemetry.emit('job.ended', { ...run, outcome: 'done', durationMs: 5 });
    const done = logged()['level'];
    telemetry.emit('job.ended', { ...run, outcome: 'reject', durationMs: 5, code: 'file_not_found' });
    expect([done, logged()['level']]).toEqual(['debug', 'info']);
  });

  it('moves metrics also when its level is not logged', async () => {
    const quiet = createTelemetry({ service: 'media', level: 'silent' });
    quiet.emit('job.ended', { ...run, outcome: 'done', durationMs: 1_500 });
    quiet.emit('job.ended', { ...run, outcome: 'done', durationMs: 500 });
    quiet.emit('job.ended', { ...run, outcome: 'retry', durationMs: 0 });
    const text = await quiet.registry.metrics();
    expect(text).toContain('leveret_jobs_ended_total{task="media.process-image",outcome="done"} 2\n');
    expect(text).toContain('leveret_jobs_ended_total{task="media.process-image",outcome="retry"} 1\n');
    expect(text).toContain('leveret_job_duration_seconds_sum{task="media.process-image"} 2\n');
  });

  it('counts a number as it is, where a time becomes seconds', async () => {
    telemetry.emit('job.final', { task: 'media.process-image', status: 'completed', attempts: 3 });
    telemetry.emit('run.begun', { task: 'media.process-image', waitedMs: 3 });
    const text = await telemetry.registry.metrics();
    expect(text).toContain('leveret_job_attempts_bucket{le="3",task="media.process-image"} 1\n');
    expect(text).toContain('leveret_job_attempts_sum{task="media.process-image"} 3\n');
    expect(text).toContain('leveret_job_wait_seconds_sum{task="media.process-image"} 0.003\n');
  });

  it('sets a gauge that several kinds of events share', async () => {
    const connected = async (): Promise<string | undefined> =>
      /leveret_broker_connected{role="a"} (\d)/.exec(await telemetry.registry.metrics())?.[1];
    telemetry.emit('broker.connected', { role: 'a' });
    const before = await connected();
    telemetry.emit('broker.disconnected', { role: 'a', reason: 'gone' });
    expect([before, await connected()]).toEqual(['1', '0']);
  });

  it('shows a counter as 0 before it first happens', async () => {
    expect(await telemetry.registry.metrics()).toContain('leveret_outbox_swept_total 0\n');
  });
});

describe('the catalogue', () => {
  it('describes a metric in the same way wherever it is moved', () => {
    const seen = new Map<string, unknown>();
    for (const { moves } of Object.values<EventDefinition>(EVENTS)) {
      for (const { kind, name, help, labels } of moves) {
        expect({ kind, help, labels }).toEqual(seen.get(name) ?? { kind, help, labels });
        seen.set(name, { kind, help, labels });
      }
    }
    expect(seen.size).toBeGreaterThan(10);
  });

  it('names by _total what only rises, and by _seconds what is a time', () => {
    const moves = Object.values<EventDefinition>(EVENTS).flatMap((definition) => definition.moves);
    for (const move of moves) {
      const isTime = move.kind === 'histogram' && move.of === 'time';
      expect([move.name, move.name.endsWith('_total')]).toEqual([move.name, move.kind === 'counter']);
      expect([move.name, move.name.endsWith('_seconds')]).toEqual([move.name, isTime]);
    }
  });
});

describe('a log line', () => {
  it('masks what is named like a secret, at any depth and in children', () => {
    const child = telemetry.logger.child({ authorization: 'canary' }).child({ cookie: 'canary' });
    child.info({
      headers: { Authorization: 'canary', 'x-api-key': 'canary' },
      list: [{ config: { password: 'canary', linkSecret: 'canary', watchToken: 'canary', apiKey: 'canary' } }],
      uniqueKey: 'shown',
    });
    expect(lines.join('')).not.toContain('canary');
    expect(logged()).toMatchObject({
      authorization: '***',
      cookie: '***',
      headers: { Authorization: '***' },
      uniqueKey: 'shown',
    });
  });

  it('masks credentials in messages, in errors and in their causes', () => {
    const cause = new Error('connect amqp://me:canary@rabbit:5672/v failed');
    const error = Object.assign(new Error('postgres://me:canary@db/x?password=canary', { cause }), { code: 'ECONN' });
    telemetry.logger.error(
      { error, about: [new Error('Bearer canary-canary')] },
      'at amqps://u:canary@h, token=canary',
    );
    expect(lines.join('')).not.toContain('canary');
    expect(logged()).toMatchObject({
      error: { type: 'Error', code: 'ECONN', message: 'postgres://***@db/x?password=***', cause: { type: 'Error' } },
    });
  });

  it('escapes control characters, so that one line stays one line', () => {
    telemetry.logger.info({ filename: 'a\nb\u001b[31m' }, 'c\r\nd');
    expect(lines).toHaveLength(1);
    expect(lines[0]?.trimEnd()).not.toMatch(/[\u0000-\u001f]/);
    expect(logged()).toMatchObject({ filename: 'a\nb\u001b[31m', msg: 'c\r\nd' });
  });

  it('writes dates and URLs as text, bytes as their number, and ends a cycle', () => {
    const cycle: Record<string, unknown> = {};
    cycle['self'] = cycle;
    telemetry.logger.info({ at: new Date(0), url: new URL('http://me:canary@host/'), body: Buffer.alloc(9), cycle });
    expect(logged()).toMatchObject({
      at: '1970-01-01T00:00:00.000Z',
      url: 'http://***@host/',
      body: '[9 bytes]',
      cycle: { self: { self: {} } },
    });
  });
});

describe('a registered gauge', () => {
  const collected = (): Promise<string> => telemetry.registry.getSingleMetricAsString('leveret_outbox_rows');

  it('is read when the metrics are asked for', async () => {
    let rows = 1;
    registerGauge(telemetry, { name: 'leveret_outbox_rows', help: 'Rows.', collect: async () => rows });
    rows = 7;
    expect(await collected()).toContain('leveret_outbox_rows 7');
  });

  it('has the samples of the latest reading alone', async () => {
    let queue = 'media';
    registerGauge(telemetry, {
      name: 'leveret_outbox_rows',
      help: 'Rows.',
      labels: ['queue'],
      collect: async () => [{ labels: { queue }, value: 2 }],
    });
    await collected();
    queue = 'email';
    const text = await collected();
    expect(text).toContain('leveret_outbox_rows{queue="email"} 2');
    expect(text).not.toContain('media');
  });

  it('is left out, and the rest is there, when it cannot be read', async () => {
    registerGauge(telemetry, {
      name: 'leveret_outbox_rows',
      help: 'Rows.',
      collect: () => Promise.reject(new Error('no database')),
    });
    const text = await telemetry.registry.metrics();
    expect(text).not.toMatch(/^leveret_outbox_rows/m);
    expect(text).toContain('leveret_jobs_accepted_total 0');
    expect(logged()).toMatchObject({
      event: 'gauge.failed',
      gauge: 'leveret_outbox_rows',
      error: { message: 'no database' },
    });
  });
});
