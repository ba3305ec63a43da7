import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { whenAllEnded, whenOutboxIsEmpty } from '../support/job-load.js';
import { SuiteJobs } from '../support/suite-jobs.js';
import { startSuite, type TestSuite } from '../support/test-suite.js';
import { Witness } from '../support/witness.js';

jest.setTimeout(60_000);

const TASK = 'lab.script';

describe('a worker that runs one job at a time', () => {
  let suite: TestSuite;
  let jobs: SuiteJobs;

  beforeAll(async () => {
    // Everything is in the broker, whose order it is.
    suite = await startSuite({ apps: ['lab'], env: { CONCURRENCY: '1', TENANT_WINDOW: 'none' } });
    jobs = new SuiteJobs(suite);
  });

  afterAll(async () => {
    await suite.stop();
  });

  /** Enqueues jobs one after the other while another is held: those jobs, and the order in which they then began. */
  async function behindHeld(
    name: string,
    priorities: readonly (number | string)[],
  ): Promise<{
    enqueued: readonly { id: string; priority: number }[];
    begun: readonly string[];
    startedAt: readonly number[];
  }> {
    const witness = new Witness(suite.dataFolder, name);
    const gate = join(suite.dataFolder, `${name}.gate`);
    const held = await jobs.enqueue(TASK, { steps: ['hold'], ms: 60_000, gate }, { timeout: '2m', priority: 9 });
    await jobs.until(held.id, ({ status }) => status === 'running');
    const enqueued: { id: string; priority: number }[] = [];
    for (const priority of priorities) {
      const job = await jobs.enqueue(TASK, { steps: ['ok'], witness: witness.file }, { priority });
      enqueued.push({ id: job.id, priority: job.priority });
    }
    await whenOutboxIsEmpty(suite, 20_000);
    writeFileSync(gate, '');
    const ended = await whenAllEnded(suite, 30_000);
    expect(enqueued.filter(({ id }) => ended.get(id)?.status !== 'completed')).toEqual([]);
    const begun = [...witness.beginnings().keys()];
    return { enqueued, begun, startedAt: begun.map((id) => Date.parse(ended.get(id)?.startedAt ?? '')) };
  }

  it('starts a job of a higher priority before those that came earlier', async () => {
    const { enqueued, begun } = await behindHeld('named', ['low', 'normal', 'high', 'critical', 0]);
    const [low, normal, high, critical, lowest] = enqueued.map(({ id }) => id);
    expect(enqueued.map(({ priority }) => priority)).toEqual([1, 4, 6, 9, 0]);
    expect(begun).toEqual([critical, high, normal, low, lowest]);
  });

  it('starts 200 jobs by priority, and those of equal priority in the order in which they came', async () => {
    const { enqueued, begun, startedAt } = await behindHeld(
      'mixed',
      Array.from({ length: 200 }, (_, index) => (index * 7 + Math.floor(index / 10)) % 10),
    );
    const expected = enqueued.toSorted((one, other) => other.priority - one.priority).map(({ id }) => id);
    expect(begun).toEqual(expected);
    expect(startedAt).toEqual(startedAt.toSorted((one, other) => one - other));
  });
});
