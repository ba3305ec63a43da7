import { describe, expect, it } from '@jest/globals';
import { catalogOf } from '../../spec/catalog-of.js';
import { openSource } from './import-batches.js';
import { type Incoming, type IncomingPortions } from './record.js';

const DATASETS = {
  notes: {
    ...{ database: 'shop', sql: 'select 1', columns: { id: 'integer', note: 'text' } },
    import: { table: 'notes', key: ['id'] },
  },
};
const dataset = catalogOf('postgres://nowhere', { datasets: DATASETS }).dataset('notes', 'default');

const OPTIONS = { mode: 'insert', maxRejected: 10 } as const;

async function* notes(count: number, note: string): AsyncGenerator<readonly Incoming[]> {
  const names = ['id', 'note'];
  for (let line = 1; line <= count; line += 1) yield [{ line, names, values: [String(line), note], isJson: false }];
}

async function sizesOf(records: IncomingPortions, skipped = 0): Promise<readonly number[]> {
  const sizes: number[] = [];
  const source = await openSource(records, dataset, OPTIONS);
  for await (const { rows } of source.batches(skipped)) sizes.push(rows.length);
  return sizes;
}

describe('openSource', () => {
  it('gives many short records at once', async () => {
    expect(await sizesOf(notes(12_000, 'x'))).toEqual([5_000, 5_000, 2_000]);
  });

  it('gives few long records at once, whose texts fit into little memory', async () => {
    const long = 'x'.repeat(1_048_576);
    expect(await sizesOf(notes(9, long))).toEqual([4, 4, 1]);
    expect(await sizesOf(notes(9, long), 4)).toEqual([4, 1]);
  });

  it('lets others have their turn between the portions of a source, also when all of them are there', async () => {
    let turns = 0;
    let isRead = false;
    const takeTurn = (): void => {
      turns += 1;
      if (!isRead) setImmediate(takeTurn);
    };
    setImmediate(takeTurn);
    await sizesOf(notes(100, 'x'));
    isRead = true;
    expect(turns).toBeGreaterThanOrEqual(100);
  });

  it('reads no more of a source of broken records than may be rejected', async () => {
    let read = 0;
    const broken = async function* (): AsyncGenerator<readonly Incoming[]> {
      for (; read < 1_000; read += 1) yield [{ line: read + 2, reason: 'is no object', content: 'x' }];
    };
    await expect(openSource(broken(), dataset, OPTIONS)).rejects.toMatchObject({
      code: 'bad_source',
      message: expect.stringContaining('in line 2 is no object'),
    });
    expect(read).toBe(OPTIONS.maxRejected);
  });
});
