import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Job } from '#libs/contracts';
import { eventually } from '../support/eventually.js';
import { SuiteJobs } from '../support/suite-jobs.js';
import { SuiteMessages } from '../support/suite-messages.js';
import { workQueueOf } from '../support/test-environment.js';
import { startSuite, type TestSuite } from '../support/test-suite.js';
import { Witness } from '../support/witness.js';

const START_PATIENCE_MS = 90_000;
const TEST_MS = 90_000;
const RECOVERY_MS = 60_000;
const PLACES = 2;
const WORK_QUEUE = workQueueOf('lab');
const REPORTS = 'leveret.status.reports';
/** Far beyond what a proof takes with this suite's settings. */
const LONG_MS = 9_000;

interface Audit {
  readonly [place: string]: unknown;
  readonly open: number;
  readonly unaccounted: number;
  readonly reconciler: { readonly working: boolean };
  readonly sentinel: { readonly wipedAt: string | null };
}

describe('jobs that the broker forgets', () => {
  let suite: TestSuite;
  let jobs: SuiteJobs;
  let messages: SuiteMessages;
  let witness: Witness;
  let gate: string;
  /** Two that share the work: one reconciles, both read reports. */
  let gateways: string[];

  beforeAll(async () => {
    suite = await startSuite({
      apps: ['lab'],
      env: { RECONCILE_AFTER: '2s', CONCURRENCY: String(PLACES), TENANT_WINDOW: 'none' },
    });
    gateways = [suite.url, await suite.startApp('gateway', 'gateway-2')];
    jobs = new SuiteJobs(suite);
    messages = await SuiteMessages.open(suite);
  }, START_PATIENCE_MS);

  beforeEach(() => {
    witness = new Witness(suite.dataFolder, randomUUID());
    gate = join(suite.dataFolder, `gate-${randomUUID()}`);
  });

  afterAll(async () => {
    await messages.close().catch(() => undefined);
    await suite.stop();
  }, START_PATIENCE_MS);

  const script = (steps: string[], options: object = {}, ms = RECOVERY_MS): Promise<Job> =>
    jobs.enqueue('lab.script', { steps, ms, gate, witness: witness.file }, { timeout: '2m', ...options });
  const several = (count: number, steps: string[]): Promise<Job[]> =>
    Promise.all(Array.from({ length: count }, () => script(steps)));
  const open = (): void => {
    writeFileSync(gate, '');
  };
  const audit = async (): Promise<Audit> => (await suite.api<Audit>('GET', '/v1/audit')).body;
  const running = async (held: readonly Job[]): Promise<void> => {
    for (const { id } of held) await jobs.until(id, ({ status }) => status === 'running');
  };
  const inQueue = async (count: number): Promise<void> => {
    await eventually(`${count} messages`, async () =>
      (await messages.count(WORK_QUEUE)) === count ? true : undefined,
    );
  };
  /** Takes reports away until the last of each of these jobs is among them. */
  const loseOutcomes = async (all: readonly Job[]): Promise<void> => {
    const missing = new Set(all.map(({ id }) => id));
    await eventually('outcomes', async () => {
      for (const { body } of await messages.drain(REPORTS)) {
        for (const { type, job } of JSON.parse(body.toString()) as { type: string; job: string }[]) {
          if (type === 'ended') missing.delete(job);
        }
      }
      return missing.size === 0 || undefined;
    });
  };
  const completed = async (all: readonly Job[]): Promise<Job[]> => {
    const ended: Job[] = [];
    for (const { id } of all) ended.push(await jobs.completed(id));
    return ended;
  };
  const executions = (all: readonly Job[]): (number | undefined)[] => {
    const counted = witness.executions();
    return all.map(({ id }) => counted.get(id));
  };
  const repaired = async (cause: string): Promise<number> => {
    const counter = new RegExp(`^leveret_jobs_repaired_total\\{.*cause="${cause}".*\\} (\\d+)$`, 'm');
    const pages = await Promise.all(gateways.map((url) => suite.api<string>('GET', '/metrics', undefined, { url })));
    return pages.reduce((sum, { body }) => sum + Number(counter.exec(body)?.[1] ?? 0), 0);
  };
  const onceEach = (all: readonly unknown[]): number[] => all.map(() => 1);

  it(
    'are found and run once when their messages are purged',
    async () => {
      const held = await several(PLACES, ['hold']);
      await running(held);
      const waiting = await several(5, ['ok']);
      const given = await script(['ok']);
      await inQueue(waiting.length + 1);
      await jobs.ask('POST', `/v1/jobs/${given.id}/cancel`);
      await suite.servers.purge(WORK_QUEUE);
      open();

      await completed([...held, ...waiting]);
      expect(executions([...held, ...waiting])).toEqual(onceEach([...held, ...waiting]));
      expect(await repaired('message_lost')).toBe(waiting.length);
      await eventually('audit without anything lost', async () => {
        const { unaccounted, reconciler } = await audit();
        return (unaccounted === 0 && reconciler.working) || undefined;
      });

      // The message of a cancelled job is as lost, and its void ends when it is old enough and that is proven.
      expect(await suite.servers.query('select from voids where job_id = $1', [given.id])).toHaveLength(1);
      await suite.servers.query(`update voids set since = since - interval '31 min'`);
      await eventually('end of the void', async () =>
        (await suite.servers.query('select from voids')).length === 0 ? true : undefined,
      );
      expect(executions([given])).toEqual([undefined]);
    },
    TEST_MS,
  );

  it(
    'are found and run once when their queue is deleted, and what runs meanwhile is not touched',
    async () => {
      const held = await several(PLACES, ['hold']);
      await running(held);
      const waiting = await several(3, ['ok']);
      await inQueue(waiting.length);
      await messages.deleteQueue(WORK_QUEUE);
      open();

      const all = await completed([...held, ...waiting]);
      expect(all.map(({ attempt }) => attempt)).toEqual(onceEach(all));
      expect(executions(all)).toEqual(onceEach(all));
    },
    TEST_MS,
  );

  it(
    'are all sent again when the broker loses its data, and what runs meanwhile is not touched',
    async () => {
      const retrying = await script(['fail', 'ok'], { backoff: { type: 'fixed', delay: '4s', jitter: 0 } });
      await jobs.until(retrying.id, ({ status }) => status === 'retrying');
      const held = await several(PLACES, ['hold']);
      await running(held);
      const waiting = await several(5, ['ok']);
      await inQueue(waiting.length);
      await suite.servers.wipeBroker();
      await eventually('note of the loss', async () => ((await audit()).sentinel.wipedAt === null ? undefined : true));
      expect(await audit()).toMatchObject({ open: PLACES + waiting.length + 1 });
      open();

      const all = await completed([...held, ...waiting]);
      expect(all.map(({ attempt }) => attempt)).toEqual(onceEach(all));
      expect(executions(all)).toEqual(onceEach(all));
      expect((await completed([retrying])).map(({ attempt }) => attempt)).toEqual([2]);
      expect(executions([retrying])).toEqual([2]);
      expect(await repaired('broker_wiped')).toBe(waiting.length + 1);
      messages = await SuiteMessages.open(suite);
    },
    TEST_MS,
  );

  it(
    'are found when their outcomes are lost: what had begun is charged, what nobody heard of is not',
    async () => {
      const [held] = await several(1, ['hold', 'ok']);
      if (held === undefined) throw new Error('Expected a job.');
      const other = await script(['hold', 'ok']);
      await running([held, other]);
      const unheard = await script(['ok']);
      await inQueue(1);
      await Promise.all(['gateway', 'gateway-2'].map((gateway) => suite.stopApp(gateway)));
      open();
      await loseOutcomes([held, other, unheard]);
      expect(witness.ended().size).toBe(3);
      gateways = await Promise.all([suite.startApp('gateway'), suite.startApp('gateway', 'gateway-2')]);

      expect((await completed([held, other])).map(({ attempt }) => attempt)).toEqual([2, 2]);
      expect((await jobs.attempts(held.id)).map(({ outcome }) => outcome)).toEqual(['lost', 'completed']);
      expect((await completed([unheard])).map(({ attempt }) => attempt)).toEqual([1]);
      expect(await repaired('outcome_lost')).toBe(2);
      expect(await repaired('message_lost')).toBe(1);
    },
    TEST_MS,
  );

  it(
    'are found when their worker dies and their message is lost with it',
    async () => {
      const [held] = await several(1, ['hold', 'ok']);
      if (held === undefined) throw new Error('Expected a job.');
      await running([held]);
      await eventually('heartbeat that names the run', async () => {
        const { body } = await suite.api<{ data: { runs: { jobId: string }[] }[] }>('GET', '/v1/workers');
        return body.data.some(({ runs }) => runs.some(({ jobId }) => jobId === held.id)) ? true : undefined;
      });
      await suite.kill('lab');
      await inQueue(1);
      await suite.servers.purge(WORK_QUEUE);
      await suite.startApp('lab');

      expect((await completed([held])).map(({ attempt }) => attempt)).toEqual([2]);
      expect(await repaired('worker_lost')).toBe(1);
    },
    TEST_MS,
  );

  it(
    'are not looked for in vain: what waits in a long or paused queue is sent once',
    async () => {
      const before = await repaired('message_lost');
      const waiting = await Promise.all(
        Array.from({ length: 36 }, () => script(['hold'], {}, Math.round(LONG_MS / 18))),
      );
      const seen = new Set<number>();
      await eventually(
        'end of the queue',
        async () => {
          const { unaccounted, open: left } = await audit();
          seen.add(unaccounted);
          return left === 0 ? true : undefined;
        },
        () => [...seen],
        RECOVERY_MS,
      );
      expect([...seen]).toEqual([0]);

      await suite.api('POST', '/v1/queues/lab/pause');
      const paused = await several(3, ['ok']);
      await eventually('probe that is out for long', async () => {
        const out = await suite.servers.query(
          `select from probes where queue = 'lab' and back_at is null and sent_at < now() - interval '5 s'`,
        );
        return out.length > 0 ? true : undefined;
      });
      expect(await audit()).toMatchObject({ paused: 3, waiting: 0, unaccounted: 0 });
      await inQueue(paused.length + 1);
      await suite.api('POST', '/v1/queues/lab/resume');

      await completed([...waiting, ...paused]);
      expect(executions([...waiting, ...paused])).toEqual(onceEach([...waiting, ...paused]));
      expect(await repaired('message_lost')).toBe(before);
    },
    TEST_MS,
  );
});
