import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Job, TIMES } from '#libs/contracts';
import { type LocalBroker } from '../../tools/local-nodes/local-node.js';
import { eventually } from '../support/eventually.js';
import { privateBroker } from '../support/private-servers.js';
import { SuiteJobs } from '../support/suite-jobs.js';
import { SuiteMessages } from '../support/suite-messages.js';
import { startSuite, type TestSuite } from '../support/test-suite.js';
import { Witness } from '../support/witness.js';

const START_PATIENCE_MS = 120_000;
const TEST_MS = 120_000;
const LONG_MS = 300_000;
const CONCURRENCY = 2;
/** Statements that wait for the lock of a row. */
const WAITING = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;

interface ShownWorker {
  readonly id: string;
  readonly alive: boolean;
  readonly heardAt: string;
  readonly runs: readonly { readonly jobId: string; readonly run: number }[];
}

describe('a worker whose messages come back', () => {
  let broker: LocalBroker;
  let suite: TestSuite;
  let jobs: SuiteJobs;

  beforeAll(async () => {
    broker = await privateBroker();
    suite = await startSuite({ apps: ['lab'], broker, env: { CONCURRENCY: String(CONCURRENCY) } });
    await suite.startApp('lab', 'lab-2');
    jobs = new SuiteJobs(suite);
  }, START_PATIENCE_MS);

  afterAll(async () => {
    await suite.stop();
    await broker.kill();
  }, START_PATIENCE_MS);

  const workers = async (): Promise<readonly ShownWorker[]> =>
    (await suite.api<{ data: ShownWorker[] }>('GET', '/v1/workers')).body.data;

  const running = (id: string): Promise<Job> => jobs.until(id, ({ status }) => status === 'running');

  /** Whose process runs the job. */
  const nameOf = ({ workerId }: Job): string =>
    ['lab', 'lab-2'].find((name) => workerId?.includes(`:${suite.process(name).pid}-`)) ?? 'nobody';

  /** Until what holds these jobs has been heard, naming them, for longer than silence may last. */
  const namedForLong = async (ids: readonly string[]): Promise<void> => {
    const since = Date.now();
    await eventually(
      'heartbeats that name every job',
      async () => {
        const late = (await workers()).filter(({ heardAt }) => Date.parse(heardAt) > since + TIMES.silenceMs * 1.5);
        const named = new Set(late.flatMap(({ runs }) => runs.map(({ jobId }) => jobId)));
        return ids.every((id) => named.has(id)) || undefined;
      },
      workers,
    );
  };

  /** As when another worker gets the message of a run once more, and hands it back. */
  const comesBack = async ({ id }: Job): Promise<void> => {
    const messages = await SuiteMessages.open(suite);
    const report = { type: 'returned', job: id, run: 1, worker: 'lab@another', reason: 'redelivered' };
    await messages.publish('leveret.status', 'lab.report', [report]);
    await messages.close();
    await eventually('return', async () => {
      const found = await suite.servers.query('select from jobs where id = $1 and returned_at is not null', [id]);
      return found.length > 0 || undefined;
    });
  };

  /** Until another worker has been heard for much longer than silence may last since this one was heard last, or had left. */
  const silentForLong = async (id: string | null): Promise<void> => {
    const now = new Date().toISOString();
    await eventually(
      'long silence of one worker alone',
      async () => {
        const all = await workers();
        const last = Date.parse(all.find((worker) => worker.id === id)?.heardAt ?? now);
        return all.some(({ heardAt }) => Date.parse(heardAt) - last > TIMES.silenceMs * 2.5) || undefined;
      },
      workers,
    );
  };

  /** In order, but within its node: that takes a second. */
  const restartBroker = (): Promise<string> => broker.control('eval', 'rabbit:stop(), rabbit:start().');

  /** Every app hands back what it has not begun. */
  const pauseAndResume = async (): Promise<void> => {
    for (const verb of ['pause', 'resume']) {
      const { status } = await suite.api('POST', `/v1/queues/lab/${verb}`);
      expect(status).toBe(200);
    }
  };

  it(
    'goes on with its jobs through five restarts of the broker and ten drains: one attempt, one execution',
    async () => {
      const witness = new Witness(suite.dataFolder, 'restarts');
      const gate = join(suite.dataFolder, 'restarts.gate');
      const payload = { steps: ['hold'], ms: LONG_MS, gate, witness: witness.file };
      await suite.stopApp('lab-2');
      const held = await Promise.all([1, 2].map(() => jobs.enqueue('lab.script', payload, { timeout: '5m' })));
      const ids = held.map(({ id }) => id);
      for (const id of ids) await running(id);
      await suite.startApp('lab', 'lab-2');

      for (let count = 1; count <= 5; count += 1) {
        await restartBroker();
        await pauseAndResume();
        await pauseAndResume();
      }
      await suite.stopApp('lab-2');
      await suite.startApp('lab', 'lab-2');
      await namedForLong(ids);
      for (const id of ids) expect(await jobs.show(id)).toMatchObject({ status: 'running', attempt: 1 });

      await writeFile(gate, '');
      for (const id of ids) {
        expect(await jobs.completed(id)).toMatchObject({ attempt: 1, error: null });
        expect(await jobs.attempts(id)).toMatchObject([{ attempt: 1, run: 1, outcome: 'completed' }]);
      }
      expect([...witness.executions().values()]).toEqual([1, 1]);
    },
    TEST_MS,
  );

  it(
    'is charged for what it holds when it stands still, and moves nothing when it goes on',
    async () => {
      const witness = new Witness(suite.dataFolder, 'still');
      const gate = join(suite.dataFolder, 'still.gate');
      const payload = { steps: ['hold', 'ok'], ms: LONG_MS, gate, witness: witness.file };
      const { id } = await jobs.enqueue('lab.script', payload, { timeout: '5m' });
      const holder = nameOf(await running(id));
      const { pid } = suite.process(holder);
      process.kill(pid, 'SIGSTOP');
      try {
        // The broker would notice only after two of its own heartbeats that a client stands still.
        await broker.control('close_all_connections', '--vhost', suite.servers.id, 'a fault of a test');
        expect(await jobs.completed(id)).toMatchObject({ attempt: 2, error: null, result: { run: 2 } });
      } finally {
        process.kill(pid, 'SIGCONT');
      }
      const before = await jobs.show(id);
      await writeFile(gate, '');
      await eventually('end of the first run', async () => {
        const [first] = await jobs.attempts(id);
        return first?.outcome === 'completed' || undefined;
      });
      expect(await jobs.attempts(id)).toMatchObject([
        { attempt: 1, run: 1, outcome: 'completed' },
        { attempt: 2, run: 2, outcome: 'completed' },
      ]);
      expect(await jobs.show(id)).toEqual(before);
      expect(witness.executions().get(id)).toBe(2);
    },
    TEST_MS,
  );

  it(
    'is charged nothing for a run that it had ended, however late the ledger learns of it',
    async () => {
      const witness = new Witness(suite.dataFolder, 'late');
      const gates = ['late-1.gate', 'late-2.gate'].map((name) => join(suite.dataFolder, name));
      const [obstacle, job] = await Promise.all(
        gates.map((gate) =>
          jobs.enqueue('lab.script', { steps: ['hold'], ms: LONG_MS, gate, witness: witness.file }, { timeout: '5m' }),
        ),
      );
      const [first, late] = [await running(obstacle?.id ?? ''), await running(job?.id ?? '')];
      await comesBack(late);

      const ended = async (index: number, { id }: Job): Promise<void> => {
        await writeFile(gates[index] ?? '', '');
        await eventually(`end of ${id}`, () => witness.ended().has(id) || undefined);
      };
      await suite.servers.whileLocked(first.id, async () => {
        await ended(0, first);
        await eventually('report that waits', async () => (await suite.servers.query(WAITING)).length > 0 || undefined);
        await ended(1, late);
        await suite.stopApp(nameOf(late));
        await silentForLong(late.workerId);
        expect(await jobs.show(late.id)).toMatchObject({ status: 'running', attempt: 1, error: null });
      });
      await suite.startApp('lab', nameOf(late));
      expect(await jobs.completed(late.id)).toMatchObject({ attempt: 1, error: null });
      expect(await jobs.attempts(late.id)).toMatchObject([{ attempt: 1, run: 1, outcome: 'completed' }]);
      expect(witness.executions().get(late.id)).toBe(1);
    },
    TEST_MS,
  );
});
