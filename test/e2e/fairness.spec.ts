import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { whenAllEnded } from '../support/job-load.js';
import { SuiteJobs } from '../support/suite-jobs.js';
import { startSuite, type TestSuite } from '../support/test-suite.js';
import { Witness } from '../support/witness.js';

jest.setTimeout(60_000);

const TASK = 'lab.script';
const PLACES = 2;
const BACKLOG = 300;
const LATER = 10;

describe('a tenant with a few jobs', () => {
  let suite: TestSuite;

  beforeAll(async () => {
    suite = await startSuite({ apps: ['lab'], env: { CONCURRENCY: String(PLACES) } });
  });

  afterAll(() => suite.stop());

  it('overtakes the backlog of another, whose jobs start in the order in which they came', async () => {
    const witness = new Witness(suite.dataFolder, 'fair');
    const gate = join(suite.dataFolder, 'fair.gate');
    const [first, second] = [new SuiteJobs(suite), new SuiteJobs(suite, await keyOf('second'))];
    const holding = { steps: ['hold'], ms: 60_000, gate };
    for (let place = 0; place < PLACES; place += 1) {
      const { id } = await first.enqueue(TASK, holding, { timeout: '2m' });
      await first.until(id, ({ status }) => status === 'running');
    }
    const job = { task: TASK, payload: { steps: ['ok'], witness: witness.file } };
    const batch = await first.ask<{ jobs: { id: string }[] }>('POST', '/v1/jobs/batch', {
      jobs: Array.from({ length: BACKLOG }, () => job),
    });
    const backlog = batch.body.jobs.map(({ id }) => id);
    const later: string[] = [];
    for (let count = 0; count < LATER; count += 1) later.push((await second.enqueue(TASK, job.payload)).id);
    const { body: audit } = await suite.api<{ held: number; waiting: number }>('GET', '/v1/audit');
    expect(audit.held).toBeGreaterThan(BACKLOG * 0.8);

    writeFileSync(gate, '');
    const ended = await whenAllEnded(suite, 40_000);
    expect([...backlog, ...later].filter((id) => ended.get(id)?.status !== 'completed')).toEqual([]);
    const begun = [...witness.beginnings().keys()];
    const overtaken =
      BACKLOG - begun.slice(0, begun.indexOf(later.at(-1) ?? '')).filter((id) => backlog.includes(id)).length;
    expect(overtaken).toBeGreaterThan(BACKLOG / 2);
    expect(inOrder(begun, later)).toBeLessThanOrEqual(PLACES - 1);
    expect(inOrder(begun, backlog)).toBeLessThanOrEqual(PLACES - 1);
  });

  async function keyOf(tenant: string): Promise<string> {
    const body = { name: tenant, tenant, scopes: ['jobs:write', 'jobs:read'] };
    return (await suite.api<{ secret: string }>('POST', '/v1/api-keys', body)).body.secret;
  }
});

/** By how many places a job began before one that had come earlier: jobs that run side by side begin in any order. */
function inOrder(begun: readonly string[], came: readonly string[]): number {
  const places = begun.filter((id) => came.includes(id)).map((id) => came.indexOf(id));
  return Math.max(...places.map((place, index) => Math.abs(place - index)));
}
