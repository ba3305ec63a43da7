import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { SuiteJobs } from '../support/suite-jobs.js';
import { startSuite, type TestSuite } from '../support/test-suite.js';
import { Witness } from '../support/witness.js';

jest.setTimeout(60_000);

const TASK = 'lab.script';

describe('a job for later', () => {
  let suite: TestSuite;
  let jobs: SuiteJobs;

  beforeAll(async () => {
    suite = await startSuite({ apps: ['lab'] });
    jobs = new SuiteJobs(suite);
  });

  afterAll(async () => {
    await suite.stop();
  });

  it.each([
    { how: 'delay', when: (): object => ({ delay: '1s' }) },
    { how: 'runAt', when: (): object => ({ runAt: new Date(Date.now() + 1_000).toISOString() }) },
  ])('is scheduled by $how until its time has come, and then runs once', async ({ how, when }) => {
    const witness = new Witness(suite.dataFolder, how);
    const before = Date.now();
    const job = await jobs.enqueue(TASK, { steps: ['ok'], witness: witness.file }, { ...when() });
    expect(job).toMatchObject({ status: 'scheduled', attempt: 0, startedAt: null, completedAt: null });
    const due = Date.parse(job.scheduledFor ?? '');
    expect(due).toBeGreaterThanOrEqual(before + 999);
    expect(due).toBeLessThan(Date.now() + 1_001);

    const done = await jobs.completed(job.id);
    expect(Date.parse(done.startedAt ?? '')).toBeGreaterThanOrEqual(due);
    expect(witness.beginnings().get(job.id)?.[0]?.at).toBeGreaterThanOrEqual(due);
    expect(done).toMatchObject({ attempt: 1, scheduledFor: job.scheduledFor });
    // A second release would have come with the next look for due jobs.
    await wait(600);
    expect(witness.total).toBe(1);
    expect(await jobs.attempts(job.id)).toHaveLength(1);
  });

  it('whose time has passed runs at once', async () => {
    const job = await jobs.enqueue(TASK, { steps: ['ok'] }, { runAt: '2001-01-01T00:00:00Z' });
    expect(job).toMatchObject({ status: 'queued', scheduledFor: null });
    expect(await jobs.completed(job.id)).toMatchObject({ attempt: 1 });
  });

  it('is still due when the gateway has been away at its time', async () => {
    const witness = new Witness(suite.dataFolder, 'away');
    const { id, scheduledFor } = await jobs.enqueue(TASK, { steps: ['ok'], witness: witness.file }, { delay: '500ms' });
    await suite.stopApp('gateway');
    await wait(Math.max(0, Date.parse(scheduledFor ?? '') - Date.now()));
    await suite.startApp('gateway');
    await jobs.completed(id);
    expect(witness.total).toBe(1);
  });
});
