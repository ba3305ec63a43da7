import { describe, expect, it } from '@jest/globals';
import { type JobChange } from '#libs/contracts';
import { JobWatch } from './job-watch.js';

const change = (version: number, changes: Partial<JobChange> = {}): JobChange => ({
  ...{ id: 'job', version, status: 'running', attempt: 1, progress: { percent: version, message: null } },
  ...{ nextAttemptAt: null, cancelRequestedAt: null },
  ...changes,
});

/** What a reader that comes now finds waiting, in order. */
async function waiting(watch: JobWatch): Promise<number[]> {
  const versions: number[] = [];
  const stop = change(1_000_000, { status: 'cancelled' });
  watch.offer(stop);
  for (let next = await watch.next(); next !== undefined && next !== stop; next = await watch.next()) {
    versions.push(next.version);
  }
  return versions;
}

describe('a watch', () => {
  it('keeps of progress that waits the latest, and every change of status', async () => {
    let dropped = 0;
    const watch = new JobWatch('job', () => (dropped += 1));
    watch.offer(change(1, { status: 'queued' }));
    for (let version = 2; version < 2_000; version += 1) watch.offer(change(version));
    watch.offer(change(2_000, { status: 'retrying' }));
    watch.offer(change(2_001, { attempt: 2 }));
    expect(await waiting(watch)).toEqual([1, 1_999, 2_000, 2_001]);
    expect(dropped).toBe(1_997);
  });

  it('drops what is not newer than what came, in whatever order it comes', async () => {
    const watch = new JobWatch('job');
    watch.begin(change(3, { status: 'queued' }));
    for (const version of [2, 5, 3, 4, 5]) watch.offer(change(version));
    expect(await waiting(watch)).toEqual([5]);
  });

  it('forgets what the state says that its reader begins with', async () => {
    const watch = new JobWatch('job');
    watch.offer(change(2, { status: 'queued' }));
    watch.offer(change(4));
    watch.begin(change(3));
    expect(await waiting(watch)).toEqual([4]);
  });

  it('holds so much and no more for a reader that stands still, the newest always', async () => {
    const watch = new JobWatch('job');
    for (let attempt = 1; attempt <= 1_000; attempt += 1) watch.offer(change(attempt, { attempt }));
    const versions = await waiting(watch);
    expect(versions.length).toBeLessThan(65);
    expect(versions.at(-1)).toBe(1_000);
  });

  it('wakes a reader that waits, also when it is over', async () => {
    const watch = new JobWatch('job');
    const first = watch.next();
    watch.offer(change(1));
    expect((await first)?.version).toBe(1);
    const second = watch.next();
    watch.end();
    expect(await second).toBeUndefined();
  });
});
