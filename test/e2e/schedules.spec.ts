import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Job } from '#libs/contracts';
import { eventually } from '../support/eventually.js';
import { SuiteJobs } from '../support/suite-jobs.js';
import { startSuite, type TestSuite } from '../support/test-suite.js';
import { Witness } from '../support/witness.js';

interface Schedule {
  readonly id: string;
  readonly nextRunAt: string | null;
  readonly lastJobId: string | null;
}

interface Run {
  readonly tick: string | null;
  readonly outcome: string;
  readonly jobId: string | null;
  readonly reason: { readonly code: string } | null;
}

jest.setTimeout(90_000);

const SECOND = 1_000;
/** What a dead gateway was sending is free for others after 30 s. */
const TAKEN_OVER_MS = 45_000;
const SCHEDULES = 12;

describe('schedules', () => {
  let suite: TestSuite;
  let jobs: SuiteJobs;

  beforeAll(async () => {
    suite = await startSuite({ apps: ['lab'] });
    jobs = new SuiteJobs(suite);
  });

  afterAll(async () => {
    await suite.stop();
  });

  const create = async (options: object): Promise<Schedule> => {
    const body = { name: 'every second', every: '1s', task: 'lab.noop', ...options };
    const answer = await jobs.ask<Schedule>('POST', '/v1/schedules', body);
    expect(answer.status).toBe(201);
    return answer.body;
  };
  const enable = async (id: string, enabled: boolean): Promise<void> => {
    const { status } = await jobs.ask('PATCH', `/v1/schedules/${id}`, { enabled });
    expect(status).toBe(200);
  };
  /** The history, oldest first. */
  const runsOf = async (id: string): Promise<readonly Run[]> =>
    (await jobs.ask<{ data: Run[] }>('GET', `/v1/schedules/${id}/runs?limit=200`)).body.data.toReversed();
  const runsUntil = async (id: string, wanted: (runs: readonly Run[]) => boolean): Promise<readonly Run[]> => {
    let runs: readonly Run[] = [];
    const look = async (): Promise<readonly Run[] | undefined> => {
      runs = await runsOf(id);
      return wanted(runs) ? runs : undefined;
    };
    return eventually(`such a history of schedule ${id}`, look, () => runs);
  };

  it('have one job for each tick, with three gateways of which one is killed', async () => {
    await Promise.all(['gateway-2', 'gateway-3'].map((name) => suite.startApp('gateway', name)));
    const witness = new Witness(suite.dataFolder, 'ticks');
    const payload = { steps: ['ok'], witness: witness.file };
    // Their anchors differ, so that ticks are in hand at any moment.
    const all: Schedule[] = [];
    for (let count = 0; count < SCHEDULES; count += 1) all.push(await create({ task: 'lab.script', payload }));
    const [first] = all;
    const id = first?.id ?? '';
    await runsUntil(id, ({ length }) => length >= 3);
    await suite.kill('gateway-2');
    await runsUntil(id, ({ length }) => length >= 7);
    for (const schedule of all) await enable(schedule.id, false);

    const started: string[] = [];
    for (const schedule of all) {
      const runs = await runsOf(schedule.id);
      const from = Date.parse(schedule.nextRunAt ?? '');
      const ticks = runs.map((_, index) => new Date(from + index * SECOND).toISOString());
      expect(runs.map(({ tick }) => tick)).toEqual(ticks);
      expect(runs.map(({ outcome }) => outcome)).toEqual(runs.map(() => 'started'));
      for (const { jobId, tick } of runs) {
        started.push(jobId ?? '');
        expect((await jobs.show(jobId ?? '')).scheduledFor).toBe(tick);
      }
    }
    expect(started.length).toBeGreaterThanOrEqual(SCHEDULES * 6);
    expect(new Set(started).size).toBe(started.length);
    const done = (): true | undefined => started.every((job) => witness.ended().has(job)) || undefined;
    await eventually('end of every job', done, () => witness.ended().size, TAKEN_OVER_MS);
    expect(witness.total).toBe(started.length);
    expect(await suite.servers.query('SELECT count(*)::int AS jobs FROM jobs')).toEqual([{ jobs: started.length }]);
  });

  it('start nothing while they are paused but what is started by hand, and go on from there', async () => {
    const clock = await create({ name: 'clock' });
    const { id } = await create({});
    await runsUntil(id, ({ length }) => length >= 1);
    await enable(id, false);
    const before = await runsOf(id);
    const { status, body: job } = await jobs.ask<Job>('POST', `/v1/schedules/${id}/run`);
    expect([status, job.scheduledFor]).toEqual([202, null]);
    await jobs.completed(job.id);
    const { length: now } = await runsOf(clock.id);
    await runsUntil(clock.id, ({ length }) => length >= now + 3);
    expect(await runsOf(id)).toMatchObject([...before, { tick: null, jobId: job.id, outcome: 'started' }]);
    await enable(id, true);
    await runsUntil(id, ({ length }) => length > before.length + 1);
    for (const schedule of [clock.id, id])
      expect((await jobs.ask('DELETE', `/v1/schedules/${schedule}`)).status).toBe(204);
  });

  it('leave ticks out with overlap skip while the last job runs', async () => {
    const gate = join(suite.dataFolder, 'skip.gate');
    const payload = { steps: ['hold'], ms: 20_000, gate };
    const { id } = await create({ overlap: 'skip', task: 'lab.script', payload });
    const [first, ...others] = await runsUntil(id, ({ length }) => length >= 3);
    expect(first?.outcome).toBe('started');
    for (const run of others)
      expect(run).toMatchObject({ outcome: 'skipped', jobId: null, reason: { code: 'last_job_open' } });
    expect((await jobs.ask('POST', `/v1/schedules/${id}/run`)).status).toBe(409);
    writeFileSync(gate, '');
    await jobs.completed(first?.jobId ?? '');
    await runsUntil(id, (runs) => runs.filter(({ outcome }) => outcome === 'started').length >= 2);
    await jobs.ask('DELETE', `/v1/schedules/${id}`);
  });

  it('cancel the last job with overlap replace', async () => {
    const payload = { steps: ['hold'], ms: 20_000 };
    const { id } = await create({ overlap: 'replace', every: '2s', task: 'lab.script', payload });
    const [first, second] = await runsUntil(id, ({ length }) => length >= 2);
    await enable(id, false);
    await jobs.until(first?.jobId ?? '', ({ status }) => status === 'cancelled');
    await jobs.ask('POST', `/v1/jobs/${second?.jobId ?? ''}/cancel`);
    await jobs.until(second?.jobId ?? '', ({ status }) => status === 'cancelled');
  });
});
