import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type FileReference, isFinal, type Job } from '#libs/contracts';
import { eventually } from '../support/eventually.js';
import { SuiteJobs } from '../support/suite-jobs.js';
import { SuiteMessages } from '../support/suite-messages.js';
import { workQueueOf } from '../support/test-environment.js';
import { type ApiAnswer, startSuite, type TestSuite } from '../support/test-suite.js';
import { Witness } from '../support/witness.js';

jest.setTimeout(90_000);

const TASK = 'lab.script';
const CONTROL = 'leveret.control';
const RACES = 50;

interface Queue {
  readonly paused: boolean;
  readonly [count: string]: unknown;
}

describe('steering', () => {
  let suite: TestSuite;
  let jobs: SuiteJobs;
  let witness: Witness;

  beforeAll(async () => {
    suite = await startSuite({ apps: ['lab'], env: { CONCURRENCY: '4' } });
    jobs = new SuiteJobs(suite);
  });

  beforeEach(() => {
    witness = new Witness(suite.dataFolder, randomUUID());
  });

  afterAll(async () => {
    await suite.stop();
  });

  const script = (...steps: string[]): object => ({ steps, witness: witness.file, ms: 30_000 });
  const ask = (id: string, what: 'cancel' | 'retry'): Promise<ApiAnswer<Job>> =>
    jobs.ask<Job>('POST', `/v1/jobs/${id}/${what}`);
  const remove = async (id: string): Promise<number> => (await jobs.ask('DELETE', `/v1/jobs/${id}`)).status;
  const queue = async (): Promise<Queue> => (await jobs.ask<Queue>('GET', '/v1/queues/lab')).body;
  const set = async (what: 'pause' | 'resume'): Promise<Queue> => {
    const { status, body } = await jobs.ask<Queue>('POST', `/v1/queues/lab/${what}`);
    expect(status).toBe(200);
    return body;
  };
  const cancelled = (id: string): Promise<Job> => jobs.until(id, ({ status }) => status === 'cancelled');
  /** Whatever was sent before has been dealt with when a job of the lowest priority has run. */
  const fence = async (): Promise<void> => {
    await jobs.completed((await jobs.enqueue(TASK, { steps: ['ok'] }, { priority: 0 })).id);
  };
  const voids = async (): Promise<number> => {
    const [row] = await suite.servers.query<{ rows: number }>('select count(*)::int as rows from voids');
    return row?.rows ?? -1;
  };
  const repetitions = (): number =>
    suite.log('gateway').filter((line) => line.includes('"event":"control.repeated"')).length;
  const whenNothingIsVoided = (): Promise<true> =>
    eventually('end of all voids', async () => ((await voids()) === 0 ? true : undefined));

  it('ends what waits at once, and it never runs', async () => {
    const failing = { ...script('fail', 'ok') };
    const backoff = { type: 'fixed', delay: '1s', jitter: 0 };
    const retrying = await jobs.enqueue(TASK, failing, { backoff });
    await jobs.until(retrying.id, ({ status }) => status === 'retrying');
    const scheduled = await jobs.enqueue(TASK, script('ok'), { delay: '1s' });
    await set('pause');
    const queued = await jobs.enqueue(TASK, script('ok'));
    for (const { id } of [retrying, scheduled, queued]) {
      const { status, body } = await ask(id, 'cancel');
      expect([status, body.status, body.cancelRequestedAt]).toEqual([202, 'cancelled', null]);
      expect(body.completedAt).not.toBeNull();
      expect((await ask(id, 'cancel')).status).toBe(409);
    }
    await set('resume');
    await wait(1_200); // past the time of each
    await fence();
    await whenNothingIsVoided();
    expect([...witness.executions()]).toEqual([[retrying.id, 1]]);
    expect((await jobs.show(scheduled.id)).startedAt).toBeNull();
  });

  it('aborts what runs, and its worker says when it has stopped', async () => {
    const { id } = await jobs.enqueue(TASK, script('hold'));
    await jobs.until(id, ({ status }) => status === 'running');
    const { status, body } = await ask(id, 'cancel');
    expect([status, body.status]).toEqual([202, 'running']);
    expect(body.cancelRequestedAt).not.toBeNull();
    expect(await cancelled(id)).toMatchObject({ attempt: 1, error: null, result: null });
    expect(await jobs.attempts(id)).toMatchObject([{ attempt: 1, run: 1, outcome: 'cancelled' }]);
    await whenNothingIsVoided();
  });

  it('ends a cancelled job whose worker is lost', async () => {
    const { id } = await jobs.enqueue(TASK, script('hold'));
    await jobs.until(id, ({ status }) => status === 'running');
    process.kill(suite.process('lab').pid, 'SIGSTOP');
    expect((await ask(id, 'cancel')).body.status).toBe('running');
    await suite.kill('lab');
    await suite.startApp('lab');
    await cancelled(id);
    expect(witness.total).toBe(1);
  });

  it(`ends each of ${RACES} races of cancel and complete in exactly one`, async () => {
    const race = async (index: number): Promise<string> => {
      // The first is cancelled in any case, and the last has ended: whatever the machine is busy with, both ends are seen.
      const { id } = await jobs.enqueue(TASK, { steps: ['hold'], ms: index === 0 ? 10_000 : 20 });
      if (index < RACES - 1) await wait(index * 3);
      else await jobs.completed(id);
      const { status } = await ask(id, 'cancel');
      const job = await jobs.until(id, (now) => isFinal(now.status));
      const [last] = (await jobs.attempts(id)).slice(-1);
      if (status === 409) expect(job.status).toBe('completed');
      if (job.status === 'completed') expect([last?.outcome, job.result]).toEqual(['completed', { held: 20 }]);
      else expect(job).toMatchObject({ status: 'cancelled', result: null });
      return id;
    };
    const ids = await Promise.all(Array.from({ length: RACES }, (_, index) => race(index)));
    const states = await Promise.all(ids.map(async (id) => (await jobs.show(id)).status));
    expect(new Set(states)).toEqual(new Set(['completed', 'cancelled']));
    await fence();
    await whenNothingIsVoided();
    expect(await Promise.all(ids.map(async (id) => (await jobs.show(id)).status))).toEqual(states);
  });

  it('runs a cancelled job and a failed one again, and counts on', async () => {
    const held = await jobs.enqueue(TASK, { ...script('hold', 'ok') }, { maxAttempts: 2 });
    await jobs.until(held.id, ({ status }) => status === 'running');
    expect((await ask(held.id, 'retry')).status).toBe(409);
    await ask(held.id, 'cancel');
    await cancelled(held.id);
    const dead = await jobs.enqueue(TASK, script('reject', 'ok'), { maxAttempts: 3 });
    const before = await jobs.failed(dead.id);
    await eventually('dead letter', async () => (((await queue())['dead'] as number) > 0 ? true : undefined));

    for (const [job, maxAttempts] of [
      [held, 4],
      [dead, 6],
    ] as const) {
      const { status, body } = await ask(job.id, 'retry');
      expect(status).toBe(202);
      expect(body).toMatchObject({ maxAttempts, attempt: 1, cancelRequestedAt: null, completedAt: null });
      expect(body.version).toBeGreaterThan(before.version);
      expect(await jobs.completed(job.id)).toMatchObject({ attempt: 2, error: null, cancelRequestedAt: null });
      expect((await jobs.attempts(job.id)).map(({ attempt, run }) => [attempt, run])).toEqual([
        [1, 1],
        [2, 2],
      ]);
      expect((await ask(job.id, 'retry')).status).toBe(409);
    }
    await eventually('end of the dead letter', async () => ((await queue())['dead'] === 0 ? true : undefined));
  });

  it('deletes what has ended, with its files', async () => {
    const { id } = await jobs.enqueue(TASK, script('hold', 'save'));
    await jobs.until(id, ({ status }) => status === 'running');
    expect(await remove(id)).toBe(409);
    await ask(id, 'cancel');
    await cancelled(id);
    await ask(id, 'retry');
    const { result } = await jobs.completed(id);
    const { url } = (result as { file: FileReference & { url: string } }).file;
    expect((await fetch(url)).status).toBe(200);
    expect(await remove(id)).toBe(204);
    expect((await fetch(url)).status).toBe(404);
    expect((await jobs.ask('GET', `/v1/jobs/${id}`)).status).toBe(404);
    expect(await remove(id)).toBe(404);
    const [count] = await suite.servers.query("select count(*)::int as completed from jobs where status = 'completed'");
    await eventually('count of what is left', async () =>
      (await queue())['completed'] === count?.['completed'] ? true : undefined,
    );
  });

  it('never runs voided messages, also when the control stream and the jobs were deleted', async () => {
    await suite.stopApp('lab');
    const kept = await jobs.enqueue(TASK, script('ok'));
    const deleted = await jobs.enqueue(TASK, script('ok'));
    const messages = await SuiteMessages.open(suite);
    const name = workQueueOf('lab');
    await eventually('two messages', async () => ((await messages.count(name)) === 2 ? true : undefined));
    for (const { id } of [kept, deleted]) expect((await ask(id, 'cancel')).body.status).toBe('cancelled');
    expect(await remove(deleted.id)).toBe(204);
    expect(await voids()).toBe(2);
    await messages.deleteQueue(CONTROL);
    await messages.close();
    await suite.startApp('lab');
    await fence();
    await whenNothingIsVoided();
    expect(witness.total).toBe(0);
    expect((await jobs.show(kept.id)).status).toBe('cancelled');
  });

  it('holds a paused queue, also for an app that starts later, a new gateway and a wiped broker', async () => {
    const running = await jobs.enqueue(TASK, { ...script('hold'), ms: 2_000 });
    await jobs.until(running.id, ({ status }) => status === 'running');
    expect((await set('pause')).paused).toBe(true);
    expect((await set('pause')).paused).toBe(true);
    await wait(1_000);
    const first = await jobs.enqueue(TASK, script('ok'));
    await suite.startApp('lab', 'lab-later');
    expect(await jobs.completed(running.id)).toMatchObject({ attempt: 1, result: { held: 2_000 } });
    const before = repetitions();
    await suite.restart('gateway');
    await eventually('word of what is in force', () => (repetitions() > before ? true : undefined));
    await suite.servers.wipeBroker();
    const second = await jobs.enqueue(TASK, script('ok'));
    let refusal: unknown;
    const queueOfTheApp = async (): Promise<object | undefined> => {
      // While a virtual host is made anew the broker may answer with 500.
      const queues = await suite.servers
        .inspect<readonly { readonly name: string; readonly messages?: number }[]>('queues')
        .catch((error: unknown) => {
          refusal = String(error);
          return [];
        });
      return queues.find(({ name, messages }) => /lab\.(?:classic|quorum)-1$/.test(name) && messages === 2);
    };
    await eventually('queue of the app', queueOfTheApp, () => refusal);
    await suite.restart('lab');
    await wait(500);
    expect(witness.executions().size).toBe(1);
    await eventually('counts of the paused queue', async () => {
      const { paused, waiting, active } = await queue();
      return (paused && waiting === 2 && active === 0) || undefined;
    });

    expect((await set('resume')).paused).toBe(false);
    await Promise.all([first, second].map(({ id }) => jobs.completed(id)));
    await eventually('both consumers', async () => ((await queue())['consumers'] as number) >= 2 || undefined);
  });

  it('shows what a queue holds and how fast it is, and none that nobody has announced', async () => {
    for (const path of ['/v1/queues/nowhere', '/v1/queues/no%20name'])
      expect((await jobs.ask('GET', path)).status).toBe(404);
    expect((await jobs.ask('POST', '/v1/queues/nowhere/pause')).status).toBe(404);
    await eventually('counts with nothing open', async () => {
      const { waiting, active } = await queue();
      return waiting === 0 && active === 0 ? true : undefined;
    });
    const { body } = await jobs.ask<{ data: Queue[]; nextCursor: null }>('GET', '/v1/queues');
    expect(body.data.map(({ name }) => name)).toEqual(['lab']);
    expect(body.data[0]).toMatchObject({
      waiting: 0,
      active: 0,
      delayed: 0,
      scheduled: 0,
      failed: 0,
      dead: 0,
      oldestWaitingMs: null,
    });
    const { throughput, processingTime } = body.data[0] as unknown as {
      throughput: number;
      processingTime: { avg: number; p50: number; p95: number };
    };
    expect(throughput).toBeGreaterThan(0);
    expect(processingTime.p95).toBeGreaterThan(processingTime.p50);
  });
});
