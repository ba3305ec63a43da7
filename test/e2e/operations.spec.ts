import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
// eslint-disable-next-line no-restricted-imports -- what specs of the lib call is what a suite calls
import { type HttpTarget, startHttpTarget } from '../../libs/egress/spec/http-target.js';
import { Screen } from '../../tools/console/screen.js';
import { ensurePostgres } from '../../tools/local-nodes/installed-postgres.js';
import { PrivatePostgres } from '../../tools/local-nodes/private-postgres.js';
import { DocumentedCommands } from '../support/documented-commands.js';
import { eventually } from '../support/eventually.js';
import { SuiteJobs } from '../support/suite-jobs.js';
import { type ServersOfSuite, SuiteServers } from '../support/suite-servers.js';
import { startSuite, type TestSuite } from '../support/test-suite.js';

const START_PATIENCE_MS = 10 * 60_000;
const TEST_MS = 60_000;
const OK = { steps: ['ok'] };

describe('the commands of docs/operations.md', () => {
  let folder: string;
  let database: PrivatePostgres;
  let commands: DocumentedCommands;
  let suite: TestSuite;
  let jobs: SuiteJobs;
  let target: HttpTarget;
  let env: NodeJS.ProcessEnv;
  /** Brokers that are empty when the suite moves to them. */
  let fresh: SuiteServers[];
  let route: Partial<{ rabbitmqUrl: string; databaseUrl: string }> = {};

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'leveret-operations-'));
    const installed = await ensurePostgres(new Screen(process.stderr));
    database = new PrivatePostgres(join(folder, 'postgres'), installed);
    await database.start();
    const servers: ServersOfSuite = { databaseUrl: database.url };
    target = await startHttpTarget();
    suite = await startSuite({
      ...servers,
      ...{ apps: ['lab', 'integrations'], env: { EGRESS_ALLOW: target.pair } },
      route: (_, given) => ({ ...given, ...route }),
    });
    fresh = await Promise.all([SuiteServers.make(servers), SuiteServers.make(servers)]);
    jobs = new SuiteJobs(suite);
    commands = await DocumentedCommands.of('docs/operations.md');
    env = environment(installed.programs);
  }, START_PATIENCE_MS);

  afterAll(async () => {
    await suite.stop();
    await target.stop();
    await Promise.all(fresh.map((servers) => servers.discard()));
    await database.kill();
    await rm(folder, { recursive: true, force: true });
  }, START_PATIENCE_MS);

  function environment(programs: string): NodeJS.ProcessEnv {
    const { broker, id, rabbitmqUrl, databaseUrl } = suite.servers;
    const { username, password } = new URL(rabbitmqUrl);
    const management = Object.assign(new URL(broker.managementUrl), { username, password });
    const onServer = (name: string): string => Object.assign(new URL(database.url), { pathname: `/${name}` }).href;
    return {
      ...{ PATH: [programs, process.env['PATH']].join(delimiter), HOME: folder },
      ...{ LEVERET_URL: suite.url, LEVERET_API_KEY: suite.apiKey, DATABASE_URL: databaseUrl },
      ...{ RABBITMQ_MANAGEMENT_URL: management.href.replace(/\/$/, ''), VHOST: id, QUEUES: 'lab' },
      ...{ BACKUP: join(folder, 'ledger.dump') },
      ...{ SERVER_URL: onServer('postgres'), RESTORED_URL: onServer('leveret_restored') },
    };
  }

  const statusOf = async (id: string): Promise<string> => (await jobs.show(id)).status;
  const restartOn = async (servers: typeof route): Promise<void> => {
    await Promise.all(['lab', 'gateway'].map((app) => suite.stopApp(app)));
    route = { ...route, ...servers };
    await Promise.all(['gateway', 'lab'].map((app) => suite.startApp(app)));
  };

  it('say how a suite is', async () => {
    const said = await commands.run('look', env);
    expect(said).toContain('"unaccounted":0');
    expect(said).toContain('lab@');
  });

  it(
    'wait for the queues that are named, and for no other',
    async () => {
      let answer = (): void => undefined;
      target.answer((_request, response) => (answer = () => void response.end()));
      const other = await jobs.enqueue('integrations.call-api', { url: target.url });
      await eventually('the call', () => Promise.resolve(target.seen.length > 0 || undefined));
      await commands.run('pause', env);
      await expect(statusOf(other.id)).resolves.toBe('running');
      answer();
      await jobs.completed(other.id);
      await suite.stopApp('integrations');
      await commands.run('resume', env);
    },
    TEST_MS,
  );

  it(
    'move to a new broker without losing a job or running one twice',
    async () => {
      const running = await jobs.enqueue('lab.script', { steps: ['hold'], ms: 1_500 });
      await jobs.until(running.id, ({ status }) => status === 'running');
      await commands.run('pause', env);
      await expect(statusOf(running.id)).resolves.toBe('completed');
      const waiting = await jobs.enqueue('lab.script', OK);
      const later = await jobs.enqueue('lab.script', OK, { delay: '3s' });
      await commands.run('ingress', env);
      await restartOn({ rabbitmqUrl: String(fresh[0]?.rabbitmqUrl) });
      await commands.run('resume', env);
      for (const { id } of [waiting, later]) expect((await jobs.completed(id)).attempt).toBe(1);
      await expect(jobs.attempts(running.id)).resolves.toHaveLength(1);
    },
    TEST_MS,
  );

  it(
    'bring back a ledger from its backup, and the jobs that were open then run',
    async () => {
      const ended = await jobs.enqueue('lab.script', OK);
      await jobs.completed(ended.id);
      await commands.run('pause', env);
      const open = await jobs.enqueue('lab.script', OK);
      await commands.run('back-up', env);
      const after = await jobs.enqueue('lab.script', OK);
      await commands.run('restore', env);
      await commands.run('migrate', env);
      await restartOn({ databaseUrl: String(env['RESTORED_URL']), rabbitmqUrl: String(fresh[1]?.rabbitmqUrl) });
      await commands.run('resume', env);
      await jobs.completed(open.id);
      await expect(jobs.attempts(ended.id)).resolves.toHaveLength(1);
      await expect(jobs.ask('GET', `/v1/jobs/${after.id}`)).resolves.toMatchObject({ status: 404 });
    },
    TEST_MS,
  );

  it('are all run by these tests', () => {
    expect(commands.unrun).toEqual([]);
  });
});
