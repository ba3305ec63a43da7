import { describe, expect, it } from '@jest/globals';
import { TaskLookout } from './task-lookout.js';

/** A list of tasks that is read as slowly as the test says. */
class SlowList {
  readonly reads: (() => void)[] = [];

  refresh(): Promise<void> {
    return new Promise((resolve) => this.reads.push(resolve));
  }

  async read(count: number): Promise<void> {
    while (this.reads.length < count) await new Promise((resolve) => setTimeout(resolve, 1));
    this.reads[count - 1]?.();
  }
}

describe('TaskLookout', () => {
  it('reads the list once for all names that are asked for meanwhile', async () => {
    const list = new SlowList();
    const lookout = new TaskLookout(list);
    const looks = Array.from({ length: 500 }, (_, at) => lookout.look(`lab.task-${at}`));
    await list.read(1);
    await Promise.all(looks);
    expect(list.reads).toHaveLength(1);
  });

  it('reads it anew for a name that comes while it is being read', async () => {
    const list = new SlowList();
    const lookout = new TaskLookout(list);
    const first = lookout.look('lab.one');
    while (list.reads.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    const second = lookout.look('lab.two');
    await list.read(1);
    await first;
    await list.read(2);
    await second;
    expect(list.reads).toHaveLength(2);
  });

  it('lets everybody wait who asks for a name that is being looked for', async () => {
    const list = new SlowList();
    const lookout = new TaskLookout(list);
    const answered: string[] = [];
    const ask = (who: string): Promise<void> => lookout.look('lab.one').then(() => void answered.push(who));
    const together = [ask('first'), ask('second')];
    while (list.reads.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    const late = ask('late');
    await new Promise((resolve) => setImmediate(resolve));
    expect(answered).toEqual([]);
    await list.read(1);
    await Promise.all(together);
    expect(answered).toEqual(['first', 'second']);
    await list.read(2);
    await late;
  });

  it('remembers no name for which the list could not be read', async () => {
    let reads = 0;
    const lookout = new TaskLookout({
      refresh: () => {
        reads += 1;
        return reads === 1 ? Promise.reject(new Error('The ledger is away.')) : Promise.resolve();
      },
    });
    await expect(lookout.look('lab.one')).rejects.toThrow('The ledger is away.');
    await lookout.look('lab.one');
    expect(reads).toBe(2);
  });

  it('does not read it again for a name that it has just looked for', async () => {
    const list = new SlowList();
    const lookout = new TaskLookout(list);
    const look = lookout.look('lab.one');
    await list.read(1);
    await look;
    await lookout.look('lab.one');
    expect(list.reads).toHaveLength(1);
  });
});
