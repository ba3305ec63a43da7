import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type RealLedger, startRealLedger } from '../testing/real-ledger.js';
import { PatternStore } from './pattern-store.js';
import { type TriggerRecord } from './trigger-row.js';
import { TriggerStore } from './trigger-store.js';

const START_MS = 60_000;

describe('PatternStore', () => {
  let ledger: RealLedger;
  let patterns: PatternStore;
  let triggers: TriggerStore;
  const unbound: string[] = [];
  const unbind = (pattern: string): Promise<void> => Promise.resolve(void unbound.push(pattern));

  beforeAll(async () => {
    ledger = await startRealLedger();
    patterns = new PatternStore(ledger.database);
    triggers = new TriggerStore(ledger.database);
  }, START_MS);

  afterAll(() => ledger.stop());

  afterEach(async () => {
    unbound.length = 0;
    await ledger.database.query('DELETE FROM triggers');
    await ledger.database.query('DELETE FROM event_patterns');
  });

  const trigger = async (pattern: string, enabled = true): Promise<TriggerRecord> => {
    const definition = { name: 'a trigger', pattern, filter: {}, request: { task: 'lab.noop' }, enabled };
    const created = await triggers.create('default', definition);
    if (created === undefined) throw new Error('The tenant has too many triggers.');
    return created;
  };

  it('tells the patterns of enabled triggers, each once, until they are bound', async () => {
    await trigger('a.*');
    await trigger('a.*');
    await trigger('b.#');
    const off = await trigger('c', false);
    expect((await patterns.wanted()).toSorted()).toEqual(['a.*', 'b.#']);
    expect((await patterns.unbound()).toSorted()).toEqual(['a.*', 'b.#']);
    await patterns.noteBound(['a.*', 'b.#']);
    expect(await patterns.unbound()).toEqual([]);
    await triggers.replace(off, { ...off, enabled: true });
    expect(await patterns.unbound()).toEqual(['c']);
  });

  it('lets go of what no trigger wants any more', async () => {
    const [one, other] = [await trigger('a.*'), await trigger('a.*')];
    await trigger('b.#');
    await triggers.remove(one.id, null);
    await patterns.letGo(10, unbind);
    expect(unbound).toEqual([]);
    await triggers.replace(other, { ...other, pattern: 'b.#' });
    await patterns.letGo(10, unbind);
    expect(unbound).toEqual(['a.*']);
    await patterns.letGo(10, unbind);
    expect(unbound).toEqual(['a.*']);
  });

  it('keeps what cannot be let go of', async () => {
    await triggers.remove((await trigger('a.*')).id, null);
    await expect(patterns.letGo(10, () => Promise.reject(new Error('away')))).rejects.toThrow('away');
    await patterns.letGo(10, unbind);
    expect(unbound).toEqual(['a.*']);
  });

  it('binds a pattern anew that a trigger begins to want while it is let go of', async () => {
    await triggers.remove((await trigger('a.*')).id, null);
    await patterns.noteBound(['a.*']);
    let made: Promise<TriggerRecord> | undefined;
    await patterns.letGo(10, async (pattern) => {
      made = trigger('a.*'); // waits for the row
      await unbind(pattern);
    });
    await made;
    expect([unbound, await patterns.unbound()]).toEqual([['a.*'], ['a.*']]);
  });
});
