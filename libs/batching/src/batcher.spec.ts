import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { Batcher, BatcherFullError } from './batcher.js';

/** A writer whose batches are let go one by one. */
function heldWriter(): {
  write: (items: readonly number[]) => Promise<number[]>;
  batches: number[][];
  release: () => void;
} {
  const batches: number[][] = [];
  const waiting: (() => void)[] = [];
  return {
    batches,
    release: () => waiting.shift()?.(),
    write: async (items) => {
      batches.push([...items]);
      await new Promise<void>((resolve) => waiting.push(resolve));
      return items.map((item) => item * 10);
    },
  };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const neverBlames = (): boolean => false;

describe('Batcher', () => {
  afterEach(() => void jest.useRealTimers());

  it('gathers what comes while a batch is in flight, and gives each caller its own result', async () => {
    const { write, batches, release } = heldWriter();
    const batcher = new Batcher(write, neverBlames);
    const first = batcher.add(1);
    await turn();
    const rest = [batcher.add(2), batcher.add(3), batcher.add(4)];
    await turn();
    expect(batches).toEqual([[1]]);
    release();
    expect(await first).toBe(10);
    await turn();
    expect(batches).toEqual([[1], [2, 3, 4]]);
    release();
    expect(await Promise.all(rest)).toEqual([20, 30, 40]);
  });

  it('keeps a batch within its items and bytes, and lets one larger item through alone', async () => {
    const batches: number[][] = [];
    const write = async (items: readonly number[]): Promise<number[]> => {
      batches.push([...items]);
      return [...items];
    };
    const batcher = new Batcher(write, neverBlames, { maxItems: 3, maxBytes: 10, sizeOf: (item) => item });
    await Promise.all([4, 5, 6, 99, 1, 1, 1, 1].map((item) => batcher.add(item)));
    expect(batches).toEqual([[4, 5], [6], [99], [1, 1, 1], [1]]);
  });

  it.each([
    ['items', { maxItems: 2 }],
    ['bytes', { maxBytes: 6, sizeOf: () => 3 }],
  ])('has as many batches in flight as it may when they are full by their %s', async (_by, full) => {
    const { write, batches, release } = heldWriter();
    const batcher = new Batcher(write, neverBlames, { ...full, concurrency: 2 });
    const all = [1, 2, 3, 4, 5, 6].map((item) => batcher.add(item));
    await turn();
    expect(batches).toEqual([
      [1, 2],
      [3, 4],
    ]);
    release();
    release();
    await all[0];
    await turn();
    release();
    expect(await Promise.all(all)).toEqual([10, 20, 30, 40, 50, 60]);
  });

  it('has no further batch in flight that is not full', async () => {
    const { write, batches, release } = heldWriter();
    const batcher = new Batcher(write, neverBlames, { maxItems: 3, concurrency: 2 });
    const first = batcher.add(1);
    await turn();
    const rest = [batcher.add(2), batcher.add(3)];
    await turn();
    expect(batches).toEqual([[1]]);
    release();
    await first;
    await turn();
    expect(batches).toEqual([[1], [2, 3]]);
    release();
    expect(await Promise.all(rest)).toEqual([20, 30]);
  });

  it('waits for both in flight with what fills no batch', async () => {
    const { write, batches, release } = heldWriter();
    const batcher = new Batcher(write, neverBlames, { maxItems: 2, concurrency: 2 });
    const all = [1, 2, 3, 4, 5].map((item) => batcher.add(item));
    await turn();
    release();
    await all[0];
    await turn();
    expect(batches).toHaveLength(2);
    release();
    await all[2];
    await turn();
    expect(batches.at(2)).toEqual([5]);
    release();
    expect(await Promise.all(all)).toEqual([10, 20, 30, 40, 50]);
  });

  it('has one more in flight that is not full when those before it are late, and then waits again', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'clearImmediate'] });
    const { write, batches, release } = heldWriter();
    const batcher = new Batcher(write, neverBlames, { concurrency: 3 });
    const stuck = batcher.add(1);
    await turn();
    const beside = batcher.add(2);
    jest.advanceTimersByTime(199);
    await turn();
    expect(batches).toEqual([[1]]);
    jest.advanceTimersByTime(1);
    expect(batches).toEqual([[1], [2]]);
    const next = batcher.add(3);
    await turn();
    expect(batches).toEqual([[1], [2]]);
    release();
    await stuck;
    await turn();
    expect(batches).toEqual([[1], [2]]);
    release();
    await beside;
    await turn();
    expect(batches).toEqual([[1], [2], [3]]);
    release();
    expect(await next).toBe(30);
  });

  it('keeps nobody waiting for a batch that has come back in time', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'clearImmediate'] });
    const { write, batches, release } = heldWriter();
    const batcher = new Batcher(write, neverBlames, { concurrency: 2 });
    const first = batcher.add(1);
    await turn();
    release();
    await first;
    await turn();
    jest.advanceTimersByTime(200);
    const next = batcher.add(2);
    await turn();
    expect(batches).toEqual([[1], [2]]);
    release();
    expect(await next).toBe(20);
  });

  it('lets the item that its writer blames fail alone', async () => {
    const write = async (items: readonly number[]): Promise<number[]> => {
      if (items.includes(13)) throw new RangeError('thirteen');
      return [...items];
    };
    const batcher = new Batcher(write, (error) => error instanceof RangeError);
    const settled = await Promise.allSettled([1, 2, 13, 4, 5, 6, 7].map((item) => batcher.add(item)));
    expect(settled.map(({ status }) => status === 'fulfilled')).toEqual([true, true, false, true, true, true, true]);
  });

  it('fails a whole batch when its content is not to blame', async () => {
    let calls = 0;
    const write = async (): Promise<number[]> => {
      calls += 1;
      throw new Error('out of reach');
    };
    const batcher = new Batcher<number, number>(write, neverBlames);
    const settled = await Promise.allSettled([1, 2, 3].map((item) => batcher.add(item)));
    expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(calls).toBe(1);
  });

  it('refuses what comes when as many items wait as may, and takes more when a batch has left', async () => {
    const { write, batches, release } = heldWriter();
    const batcher = new Batcher(write, neverBlames, { maxWaitingItems: 2 });
    const flying = batcher.add(1);
    await turn();
    const waiting = [batcher.add(2), batcher.add(3)];
    await expect(batcher.add(4)).rejects.toBeInstanceOf(BatcherFullError);
    release();
    await flying;
    await turn();
    const late = batcher.add(5);
    release();
    expect(await Promise.all(waiting)).toEqual([20, 30]);
    await turn();
    release();
    expect(await late).toBe(50);
    expect(batches).toEqual([[1], [2, 3], [5]]);
  });

  it('refuses what comes when as many bytes wait as may', async () => {
    const { write, release } = heldWriter();
    const batcher = new Batcher(write, neverBlames, { maxWaitingBytes: 10, sizeOf: (item) => item });
    const flying = batcher.add(20);
    await turn();
    const waiting = [batcher.add(9), batcher.add(1)];
    await expect(batcher.add(1)).rejects.toBeInstanceOf(BatcherFullError);
    release();
    await flying;
    await turn();
    release();
    expect(await Promise.all(waiting)).toEqual([90, 10]);
    const after = batcher.add(1);
    await turn();
    release();
    expect(await after).toBe(10);
  });

  it.each([
    ['items', { maxItems: 3 }],
    ['bytes', { maxBytes: 9, sizeOf: () => 3 }],
  ])(
    'waits for more when it may gather for a while, also behind a batch that has come back, but not when one is full by its %s',
    async (_by, full) => {
      jest.useFakeTimers({ doNotFake: ['setImmediate', 'clearImmediate'] });
      const { write, batches, release } = heldWriter();
      const batcher = new Batcher(write, neverBlames, { gatherMs: 30, ...full });
      const first = [batcher.add(1)];
      jest.advanceTimersByTime(29);
      await turn();
      first.push(batcher.add(2));
      expect(batches).toEqual([]);
      jest.advanceTimersByTime(1);
      expect(batches).toEqual([[1, 2]]);
      const second = [batcher.add(3)];
      release();
      await Promise.all(first);
      await turn();
      jest.advanceTimersByTime(29);
      expect(batches).toEqual([[1, 2]]);
      second.push(batcher.add(4), batcher.add(5));
      const both = [
        [1, 2],
        [3, 4, 5],
      ];
      expect(batches).toEqual(both);
      const third = [6, 7, 8].map((item) => batcher.add(item));
      release();
      expect(await Promise.all(second)).toEqual([30, 40, 50]);
      await turn();
      expect(batches).toEqual([...both, [6, 7, 8]]);
      release();
      expect(await Promise.all(third)).toEqual([60, 70, 80]);
    },
  );

  it('is drained when everything has come back', async () => {
    const { write, release } = heldWriter();
    const batcher = new Batcher(write, neverBlames);
    const item = batcher.add(1);
    let drained = false;
    const waiting = batcher.drained().then(() => (drained = true));
    await turn();
    expect(drained).toBe(false);
    release();
    await item;
    await waiting;
    expect(drained).toBe(true);
  });
});
