import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Readable } from 'node:stream';
import { type LogReport, type ProgressReport, type TellingReport, type WorkOrder } from '#libs/contracts';
import { RunContext } from './run-context.js';
import { Spawner } from './spawner.js';
import { TenantFiles } from './tenant-files.js';

const ORDER: WorkOrder = {
  jobId: '0197f6a0-1111-7000-8000-000000000000',
  run: 3,
  attempt: 2,
  maxAttempts: 5,
  task: 'tests.act',
  tenant: 'acme',
  priority: 4,
  timeoutMs: 60_000,
  schemaHash: null,
  createdAt: '2026-01-01T00:00:00.000Z',
  scheduledFor: null,
  alone: false,
  metadata: '{"user":"u1"}',
  traceparent: null,
};

const HAND = { order: ORDER, signal: new AbortController().signal };

describe('the context of a run', () => {
  let told: TellingReport[];
  let context: RunContext;
  const progress = (): (readonly [number, string | null])[] =>
    told.filter((report): report is ProgressReport => report.type === 'progress').map((p) => [p.percent, p.message]);
  const lines = (): LogReport[] => told.filter((report): report is LogReport => report.type === 'log');

  beforeEach(() => {
    jest.useFakeTimers();
    told = [];
    const storage = {
      read: async () => Promise.reject(new Error('Not asked for here.')),
      put: async (key: string, _content: Readable, about: { filename: string; contentType: string }) => ({
        ...about,
        key,
        size: 1,
        sha256: '',
      }),
    };
    context = new RunContext({
      order: ORDER,
      worker: 'w',
      hand: HAND,
      files: new TenantFiles(storage, ORDER),
      spawner: new Spawner(HAND, { send: () => Promise.resolve() }),
      tell: (report) => told.push(report),
    });
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('sends the latest progress of every fifth of a second from its start on', async () => {
    for (const percent of [1, 2, 3]) await context.progress(percent);
    jest.advanceTimersByTime(199);
    expect(progress()).toEqual([]);
    jest.advanceTimersByTime(1);
    expect(progress()).toEqual([[3, null]]);
    await context.progress(4);
    jest.advanceTimersByTime(199);
    expect(progress()).toHaveLength(1);
    jest.advanceTimersByTime(1);
    expect(progress().at(-1)).toEqual([4, null]);
    jest.advanceTimersByTime(1_000);
    await context.progress(5, 'five');
    expect(progress().at(-1)).toEqual([5, 'five']);
  });

  it('tells no progress of a run that is over in a fifth of a second', async () => {
    await context.progress(50);
    jest.advanceTimersByTime(150);
    context.close();
    jest.advanceTimersByTime(10_000);
    expect(told).toEqual([]);
  });

  it('tells the latest progress again and again, as a report may be lost, until a newer one comes or the run ends', async () => {
    const all = (): number[] => told.map((report) => (report.type === 'progress' ? report.seq : 0));
    await context.progress(10);
    jest.advanceTimersByTime(11_000);
    expect(all()).toEqual([1, 1, 1]);
    await context.progress(20);
    jest.advanceTimersByTime(5_500);
    expect(all()).toEqual([1, 1, 1, 2, 2]);
    context.close();
    jest.advanceTimersByTime(60_000);
    expect(all()).toHaveLength(5);
  });

  it('keeps progress within 0 and 100 and never lets it fall', async () => {
    for (const percent of [-5, 60, 40, 500]) {
      await context.progress(percent);
      jest.advanceTimersByTime(200);
    }
    expect(progress().map(([percent]) => percent)).toEqual([0, 60, 60, 100]);
  });

  it.each([
    [Number.NaN, 'NaN'],
    ['50', '50'],
    [undefined, 'undefined'],
    [Symbol('half'), 'Symbol(half)'],
  ])('notes that %p is no percentage, and goes on', async (percent, shown) => {
    await context.progress(30);
    jest.advanceTimersByTime(400);
    await context.progress(percent as number, 'on');
    expect(progress().at(-1)).toEqual([30, 'on']);
    expect(lines()).toMatchObject([{ level: 'warn', message: `Expected progress of 0 to 100 percent, got ${shown}` }]);
  });

  it.each<[unknown, string]>([
    [null, 'null'],
    [{ a: 1 }, '{"a":1}'],
    [1n, '[bigint that cannot be shown]'],
  ])('takes %p for a message, which is no text', async (message, shown) => {
    jest.advanceTimersByTime(200);
    await context.progress(1, message as string);
    context.log.info(message as string);
    expect([progress()[0]?.[1], lines()[0]?.message]).toEqual([shown, shown]);
  });

  it('clips progress messages to 1 KiB', async () => {
    jest.advanceTimersByTime(200);
    await context.progress(1, 'é'.repeat(1_000));
    expect(Buffer.byteLength(progress()[0]?.[1] ?? '')).toBeLessThanOrEqual(1_024);
  });

  it('tells nothing more once the run is over', async () => {
    jest.advanceTimersByTime(200);
    await context.progress(1);
    await context.progress(2);
    context.close();
    jest.advanceTimersByTime(1_000);
    await context.progress(3);
    context.log.info('late');
    expect(told).toHaveLength(1);
  });

  it('keeps a thousand lines, and says once that more were dropped', () => {
    for (let line = 0; line < 1_500; line += 1) context.log.debug(`line ${line}`);
    expect(lines()).toHaveLength(1_001);
    expect(lines()[999]?.message).toBe('line 999');
    expect(lines()[1_000]).toMatchObject({ level: 'warn', message: expect.stringContaining('More than 1000 lines') });
    expect(lines().map(({ seq }) => seq)).toEqual(Array.from({ length: 1_001 }, (_, index) => index + 1));
  });

  it('makes fields safe for JSON, whatever they hold', () => {
    const circle: Record<string, unknown> = { name: 'c' };
    circle['self'] = circle;
    context.log.error('odd', { big: 1n, at: new Date(0), error: new TypeError('no'), call: () => 1, text: 'a\0' });
    context.log.error('odder', { circle, fine: 1, nothing: undefined });
    expect(lines().map(({ fields }) => fields)).toEqual([
      {
        big: '1',
        at: '1970-01-01T00:00:00.000Z',
        error: { name: 'TypeError', message: 'no' },
        call: '[function]',
        text: 'a\uFFFD',
      },
      { circle: '[object that is no JSON]', fine: 1, nothing: null },
    ]);
  });

  it('keeps a line within 2 KiB: first its message, then its fields', () => {
    context.log.info('x'.repeat(5_000), { a: 1 });
    context.log.info('short', { long: 'y'.repeat(3_000) });
    const [long, short] = lines();
    expect(Buffer.byteLength(long?.message ?? '')).toBeLessThanOrEqual(2_048);
    expect(short).toMatchObject({ message: 'short', fields: { dropped: expect.any(String) } });
  });

  it('stores files under the keys of its run', async () => {
    const saved = await context.files.save('thumb.webp', Readable.from(['x']), {
      filename: 'thumb.webp',
      contentType: 'image/webp',
    });
    expect(saved.key).toBe(`acme/${ORDER.jobId}/3-thumb.webp`);
  });

  it('knows the trace that the job belongs to', () => {
    const spawner = new Spawner(HAND, { send: () => Promise.resolve() });
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const parts = { order: { ...ORDER, traceparent }, worker: 'w', hand: HAND, spawner };
    expect(new RunContext({ ...parts, files: context.files, tell: () => undefined }).traceparent).toBe(traceparent);
  });

  it('asks for the signal of its run when its handler does, not before', () => {
    let asked = 0;
    const { signal } = new AbortController();
    const hand = {
      order: ORDER,
      get signal() {
        asked += 1;
        return signal;
      },
    };
    const spawner = new Spawner(hand, { send: () => Promise.resolve() });
    const parts = { order: ORDER, worker: 'w', hand, spawner, files: context.files };
    const lazy = new RunContext({ ...parts, tell: () => undefined });
    lazy.close();
    expect(asked).toBe(0);
    expect([lazy.signal, asked]).toEqual([signal, 1]);
  });

  it('reads metadata that is none as none', () => {
    const spawner = new Spawner(HAND, { send: () => Promise.resolve() });
    const broken = { order: { ...ORDER, metadata: '[1' }, worker: 'w', hand: HAND, spawner };
    const other = new RunContext({ ...broken, files: context.files, tell: () => undefined });
    expect([context.metadata, other.metadata]).toEqual([{ user: 'u1' }, {}]);
  });
});
