import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { featuresOf } from '#libs/broker';
import { type Job } from '#libs/contracts';
import { errorCode } from '../../tools/console/problem.js';
import { type LocalBroker, type LocalNode } from '../../tools/local-nodes/local-node.js';
import { eventually } from '../support/eventually.js';
import { whenAllEnded, whenOutboxIsEmpty } from '../support/job-load.js';
import { privateBroker, privateDatabase } from '../support/private-servers.js';
import { SuiteJobs } from '../support/suite-jobs.js';
import { SuiteMessages } from '../support/suite-messages.js';
import { testEnvironment, workQueueOf } from '../support/test-environment.js';
import { type ApiAnswer, startSuite, type TestSuite } from '../support/test-suite.js';
import { Witness } from '../support/witness.js';

const START_PATIENCE_MS = 120_000;
const TEST_MS = 90_000;
const RECOVERY_MS = 60_000;
const LONGEST_ANSWER_MS = 10_000;
const ROOM = 60;

interface Health {
  readonly details: Readonly<Record<string, { readonly status: string; readonly message?: string }>>;
  readonly features: Readonly<Record<string, unknown>>;
}
type Answer = ApiAnswer<Job & { readonly code?: string; readonly detail?: string }> & { readonly ms: number };

describe('a suite under pressure', () => {
  let broker: LocalBroker;
  let database: LocalNode;
  let suite: TestSuite;
  let witness: Witness;

  beforeAll(async () => {
    [broker, database] = await Promise.all([privateBroker(), privateDatabase()]);
    // What waits for workers is no part of the outbox: all that waits here waits for the broker.
    const env = { OUTBOX_MAX_ROWS: String(ROOM), CONCURRENCY: '8', TENANT_WINDOW: 'none' };
    suite = await startSuite({ apps: ['lab'], broker, databaseUrl: database.url, env });
  }, START_PATIENCE_MS);

  afterAll(async () => {
    await suite.stop();
    await Promise.all([broker.kill(), database.kill()]);
  }, START_PATIENCE_MS);

  async function submit(): Promise<Answer> {
    const began = performance.now();
    const body = { task: 'lab.script', payload: { steps: ['ok'], witness: witness.file } };
    const answer = await suite.api<Answer['body']>('POST', '/v1/jobs', body);
    return { ...answer, ms: performance.now() - began };
  }

  const health = async (): Promise<Health> =>
    (await suite.api<Health>('GET', '/health/ready', undefined, { key: null })).body;

  /** Every job has run once, and nothing is left to be sent. */
  async function allRan(ids: readonly string[]): Promise<void> {
    const jobs = await whenAllEnded(suite, RECOVERY_MS);
    expect(ids.filter((id) => jobs.get(id)?.status !== 'completed')).toEqual([]);
    expect(ids.filter((id) => witness.executions().get(id) !== 1)).toEqual([]);
    await whenOutboxIsEmpty(suite, RECOVERY_MS);
  }

  it('says which features are in force, in the gateway and in an app', async () => {
    const app = healthAddress(suite);
    const ofApp = (await (await fetch(`${app}/health/ready`)).json()) as Health;
    const version = (await broker.control('version')).trim();
    const wanted = featuresOf(testEnvironment().queueType, { product: 'RabbitMQ', version });
    for (const { features } of [await health(), ofApp]) expect(features).toEqual(wanted);
  });

  it(
    'accepts jobs while the broker is in alarm, refuses them when the outbox is full, and sends all when the alarm is over',
    async () => {
      witness = new Witness(suite.dataFolder, 'alarm');
      await broker.control('set_vm_memory_high_watermark', 'absolute', '1');
      const accepted = [await submit()]; // the broker blocks a connection when it publishes
      await eventually('alarm at the gateway', async () =>
        (await health()).details['broker']?.message?.includes('in alarm') === true ? true : undefined,
      );
      while (accepted.at(-1)?.status === 202) accepted.push(await submit());
      const refused = accepted.pop();
      expect(accepted.length).toBeGreaterThanOrEqual(ROOM / 2);
      expect(accepted.length).toBeLessThanOrEqual(ROOM);
      expect(refused).toMatchObject({ status: 503, body: { code: 'outbox_full', status: 503 } });
      expect(refused?.headers.get('content-type')).toContain('application/problem+json');
      expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(Math.max(...accepted.map(({ ms }) => ms), refused?.ms ?? Infinity)).toBeLessThan(LONGEST_ANSWER_MS);
      const [held] = await suite.servers.query<{ rows: number }>(
        'SELECT count(*)::int AS rows FROM outbox WHERE free_at <= now()',
      );
      expect(held?.rows).toBeGreaterThan(0); // nothing is claimed while it could not be sent

      await broker.control('set_vm_memory_high_watermark', '0.6');
      await eventually('room in the outbox', async () => ((await submit()).status === 202 ? true : undefined));
      await allRan(accepted.map(({ body }) => body.id));
    },
    TEST_MS,
  );

  it(
    'leaves published jobs in their queue while the outbox is full, and goes on by itself',
    async () => {
      witness = new Witness(suite.dataFolder, 'full');
      const messages = await SuiteMessages.open(suite);
      await suite.stopApp('lab');
      await messages.deleteQueue(workQueueOf('lab')); // what is sent now comes back and is parked
      const accepted: Answer[] = [];
      await eventually('full outbox', async () => {
        const answer = await submit();
        if (answer.status === 503) return true;
        accepted.push(answer);
        return undefined;
      });
      const ids = Array.from({ length: 20 }, () => crypto.randomUUID());
      for (const messageId of ids) {
        const payload = { steps: ['ok'], witness: witness.file };
        await messages.publish('leveret.jobs', 'lab.script', payload, { messageId });
      }
      const [counts] = await suite.servers.query<{ jobs: number }>('SELECT count(*)::int AS jobs FROM jobs');
      const { consumers } = await eventually('ingress without a consumer', async () => {
        const queue = await suite.servers.inspect<{ consumers: number }>('queues/leveret.ingress');
        return queue.consumers === 0 ? queue : undefined;
      });
      expect(consumers).toBe(0);
      expect(await messages.count('leveret.ingress')).toBe(ids.length);
      expect(await suite.servers.query('SELECT count(*)::int AS jobs FROM jobs')).toEqual([counts]);
      await messages.close();

      await suite.startApp('lab');
      await eventually('published jobs', async () => {
        const rows = await suite.servers.query('SELECT id FROM jobs WHERE id = ANY($1)', [ids]);
        return rows.length === ids.length ? true : undefined;
      });
      await allRan([...accepted.map(({ body }) => body.id), ...ids]);
    },
    TEST_MS,
  );

  it(
    'answers 503 in time while the database is frozen, and goes on when it thaws',
    async () => {
      witness = new Witness(suite.dataFolder, 'frozen');
      const frozen = withChildren(database.pids);
      let answers: Answer[];
      let lists: readonly { status: number; ms: number }[];
      signalAll(frozen, 'SIGSTOP');
      try {
        const listed = async (): Promise<{ status: number; ms: number }> => {
          const began = performance.now();
          const { status } = await suite.api('GET', '/v1/jobs');
          return { status, ms: performance.now() - began };
        };
        [answers, lists] = await Promise.all([
          Promise.all(Array.from({ length: 40 }, () => submit())),
          Promise.all(Array.from({ length: 10 }, () => listed())),
        ]);
        expect((await suite.api('GET', '/health/live', undefined, { key: null })).status).toBe(200);
      } finally {
        signalAll(frozen, 'SIGCONT');
      }
      for (const { status, ms } of [...answers, ...lists]) {
        expect(status).toBe(503);
        expect(ms).toBeLessThan(LONGEST_ANSWER_MS);
      }
      for (const { headers, body } of answers) {
        expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
        expect(['job_unconfirmed', 'ledger_unavailable', 'ledger_busy', 'too_slow']).toContain(body.code);
        if (body.code === 'job_unconfirmed') expect(body.detail).toContain('may have been taken');
      }

      let latest: Answer | undefined;
      const accepted = async (): Promise<Answer | undefined> => {
        latest = await submit();
        return latest.status === 202 ? latest : undefined;
      };
      const { body } = await eventually('acceptance', accepted, () => latest?.body);
      expect(await new SuiteJobs(suite).completed(body.id)).toMatchObject({ attempt: 1 });
    },
    TEST_MS,
  );
});

function healthAddress(suite: TestSuite): string {
  const lines = suite.log('lab').flatMap((line) => (line.includes('health.listening') ? [line] : []));
  return (JSON.parse(lines.at(-1) ?? '{}') as { url: string }).url;
}

/** Processes with all their descendants. */
function withChildren(pids: readonly number[]): readonly number[] {
  return pids.flatMap((pid) => [pid, ...withChildren(childrenOf(pid))]);
}

/** None of one that has ended by itself meanwhile. */
function childrenOf(pid: number): readonly number[] {
  try {
    return Array.from(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').matchAll(/\d+/g), Number);
  } catch {
    return [];
  }
}

/** One that has ended by itself meanwhile is passed over. */
function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if (errorCode(error) !== 'ESRCH') throw error;
    }
  }
}
