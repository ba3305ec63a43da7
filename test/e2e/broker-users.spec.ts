import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Channel, type ChannelModel, connect } from 'amqplib';
/* eslint-disable no-restricted-imports -- servers that the apps' own specs talk to are no part of the apps */
import { SmtpSink } from '../../apps/email/spec/smtp-sink.js';
import { type HttpTarget, startHttpTarget } from '../../libs/egress/spec/http-target.js';
/* eslint-enable no-restricted-imports */
import { freePort } from '../../tools/local-nodes/ports.js';
import { callManagement } from '../../tools/local-nodes/management-api.js';
import { PROJECT } from '../../tools/project/app-list.js';
import { eventually } from '../support/eventually.js';
import { SuiteJobs } from '../support/suite-jobs.js';
import { SuiteServers } from '../support/suite-servers.js';
import { testEnvironment, workQueueOf } from '../support/test-environment.js';
import { TestSuite } from '../support/test-suite.js';

/** Far less than the minute for which a broker is waited for. */
const REFUSED_WITHIN_MS = 20_000;
const PATIENCE_MS = 90_000;
const APPS = ['email', 'exports', 'integrations', 'lab', 'media'];
const USERS = ['topology', 'gateway', 'service', ...APPS];

const DATASETS = {
  databases: { numbers: {} },
  datasets: { three: { database: 'numbers', sql: 'select generate_series(1, 3) as n', columns: { n: 'integer' } } },
};

const run = promisify(execFile);

/** A program of the gateway's, as its npm script calls it. */
async function program(name: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  const file = join(PROJECT, 'dist', 'apps', 'gateway', 'src', name, 'main.js');
  return (await run(process.execPath, [file, ...args], { env: { PATH: process.env['PATH'], ...env } })).stdout;
}

describe('a suite whose apps have broker users of their own', () => {
  let servers: SuiteServers;
  let suite: TestSuite;
  let jobs: SuiteJobs;
  let sink: SmtpSink;
  let target: HttpTarget;
  const passwords = new Map(USERS.map((user) => [user, randomBytes(9).toString('base64url')]));

  /** The broker as one user reaches it; a further process of an app has the app's. */
  const urlOf = (user: string): string => {
    const url = new URL(servers.rabbitmqUrl);
    url.username = `leveret-${user}`;
    url.password = passwords.get(user) ?? '';
    return url.href;
  };

  /** What the apps need beside the broker. */
  const surroundings = async (): Promise<NodeJS.ProcessEnv> => {
    [sink, target] = await Promise.all([SmtpSink.open({}), startHttpTarget()]);
    target.answer((_request, response) => void response.end('seen'));
    const catalog = join(testEnvironment().folder, `${servers.id}.datasets.json`);
    await writeFile(catalog, JSON.stringify(DATASETS));
    return {
      SMTP_URL: `smtp://127.0.0.1:${sink.port}`,
      ...{ DATASETS_FILE: catalog, DATASETS_DATABASES: `numbers=${servers.databaseUrl}` },
      EGRESS_ALLOW: target.pair,
    };
  };

  beforeAll(async () => {
    servers = await SuiteServers.make({});
    const file = join(testEnvironment().folder, `${servers.id}.passwords`);
    await writeFile(file, [...passwords].map(([user, password]) => `leveret-${user}=${password}`).join('\n'));
    const definitions = await program('broker-users', ['--vhost', servers.id, '--passwords', file, ...APPS]);
    const { status } = await callManagement(servers.broker, 'POST', '/api/definitions', JSON.parse(definitions));
    expect(status).toBe(204);
    suite = new TestSuite(servers, await freePort(), {
      apps: APPS,
      env: { TOPOLOGY: 'check', ...(await surroundings()) },
      route: (app, { databaseUrl }) => ({ databaseUrl, rabbitmqUrl: urlOf(app) }),
    });
    jobs = new SuiteJobs(suite);
  }, PATIENCE_MS);

  afterAll(async () => {
    await suite.stop();
    await Promise.all([sink.close(), target.stop()]);
    for (const user of USERS) await callManagement(servers.broker, 'DELETE', `/api/users/leveret-${user}`);
  }, PATIENCE_MS);

  it(
    'does not start an app before the topology is there, and says what makes it',
    async () => {
      await expect(suite.startApp('lab')).rejects.toThrow(
        /The broker has no exchange leveret\.\S+, and TOPOLOGY=check makes none\. .*npm run topology/,
      );
    },
    PATIENCE_MS,
  );

  it(
    'says at once that a user may not declare the topology, and who should',
    async () => {
      const env = { RABBITMQ_URL: urlOf('service'), QUEUE_TYPE: testEnvironment().queueType };
      await expect(program('topology', APPS, env)).rejects.toMatchObject({
        stderr: expect.stringMatching(/^The user of RABBITMQ_URL may not declare the topology: .*ACCESS_REFUSED.*\n$/),
      });
    },
    PATIENCE_MS,
  );

  it(
    'says at once that the broker does not let in a user with another password',
    async () => {
      const url = new URL(urlOf('topology'));
      url.password = 'another';
      const from = performance.now();
      await expect(program('topology', APPS, { RABBITMQ_URL: url.href })).rejects.toMatchObject({
        stderr: expect.stringMatching(/^The broker refuses the user/),
      });
      expect(performance.now() - from).toBeLessThan(REFUSED_WITHIN_MS);
    },
    PATIENCE_MS,
  );

  it(
    'works when it is, and makes nothing of it itself',
    async () => {
      const env = { RABBITMQ_URL: urlOf('topology'), QUEUE_TYPE: testEnvironment().queueType, TOPOLOGY: 'check' };
      expect(await program('topology', APPS, env)).toMatch(/^Declared: \d+ exchanges, \d+ queues, \d+ bindings\.\n$/);
      const before = await servers.inspect<{ name: string; exclusive: boolean }[]>('queues');
      await suite.startAll();
      const [again, letter, parent] = await Promise.all([
        jobs.enqueue(
          'lab.script',
          { steps: ['fail', 'snooze', 'ok'], ms: 50 },
          { backoff: { type: 'fixed', delay: 50 } },
        ),
        jobs.enqueue('lab.script', { steps: ['reject'] }),
        jobs.enqueue('lab.spawn', { jobs: 3 }),
      ]);
      expect(await jobs.completed(again.id)).toMatchObject({ attempt: 2 });
      await jobs.failed(letter.id);
      await jobs.completed(parent.id);
      await suite.api('POST', '/v1/queues/lab/pause');
      await suite.api('POST', '/v1/queues/lab/resume');
      const cancelled = await jobs.enqueue('lab.script', { steps: ['hold'], ms: 60_000 });
      await jobs.until(cancelled.id, ({ status }) => status === 'running');
      await suite.api('POST', `/v1/jobs/${cancelled.id}/cancel`);
      await jobs.until(cancelled.id, ({ status }) => status === 'cancelled');
      const after = await servers.inspect<{ name: string; exclusive: boolean }[]>('queues');
      const known = new Set(before.map(({ name }) => name));
      const made = after.filter(({ name, exclusive }) => !exclusive && !known.has(name)).map(({ name }) => name);
      expect(made).toEqual(['leveret.sentinel']);
    },
    PATIENCE_MS,
  );

  it(
    'runs a job of each app',
    async () => {
      const photo = await readFile(join(PROJECT, 'examples', 'assets', 'photo.jpg'));
      const source = await suite.leveret.files.upload(new Uint8Array(photo), { filename: 'photo.jpg' });
      const ended = await Promise.all(
        Object.entries({
          'media.process-image': { source: { key: source.key }, variants: [{ name: 'small', width: 40 }] },
          'email.send': { to: 'ada@example.org', subject: 'Hello', text: 'Hello.' },
          'exports.create': { dataset: 'three', format: 'csv' },
          'integrations.call-api': { url: target.url },
        }).map(async ([task, payload]) => jobs.completed((await jobs.enqueue(task, payload)).id)),
      );
      expect(ended.map(({ attempt, progress }) => [attempt, progress.percent])).toEqual(ended.map(() => [1, 100]));
      expect(sink.offered).toHaveLength(1);
      const refused = ['gateway', ...APPS].flatMap((app) =>
        suite.log(app).filter((line) => /ACCESS_REFUSED/.test(line)),
      );
      expect(refused).toEqual([]);
    },
    PATIENCE_MS,
  );

  it('takes jobs and events from a service with rights for that alone', async () => {
    const trigger = { name: 'orders', pattern: 'order.*', task: 'lab.noop', payload: {} };
    expect((await suite.api('POST', '/v1/triggers', trigger)).status).toBe(201);
    await asUser('service', async (channel) => {
      channel.publish('leveret.jobs', 'lab.noop', Buffer.from('{}'), { messageId: 'by-service', persistent: true });
      channel.publish('leveret.events', 'order.placed', Buffer.from('{"id":1}'), { persistent: true });
      await eventually('jobs of the service and of its event', async () => {
        const { data } = await suite.leveret.jobs.list({ task: 'lab.noop' }).page();
        return data.filter(({ status }) => status === 'completed').length === 2 || undefined;
      });
    });
  });

  it.each<[string, string, (channel: Channel) => unknown]>([
    ['lab', 'reports in the name of others', (on) => on.publish('leveret.status', 'media.report', Buffer.from('[]'))],
    ['lab', 'letters in the name of others', (on) => on.publish('leveret.dead', 'media.letter', Buffer.from('{}'))],
    ['lab', 'work past the ledger', (on) => on.publish('leveret.work', workQueueOf('lab'), Buffer.from('{}'))],
    ['lab', 'waits past the ledger', (on) => on.publish('leveret.delay', '0.lab', Buffer.from('{}'))],
    ['lab', "others' work", (on) => on.consume(workQueueOf('integrations'), () => undefined)],
    ['lab', 'reports', (on) => on.consume('leveret.status.reports', () => undefined)],
    ['lab', 'dead letters', (on) => on.consume('leveret.lab.dead', () => undefined)],
    ['lab', 'to delete its queue', (on) => on.deleteQueue(workQueueOf('lab'))],
    ['lab', 'to make queues', (on) => on.assertQueue('leveret.other')],
    ['integrations', "others' peers", (on) => on.publish('leveret.lab.peers', '', Buffer.from('{}'))],
    ['gateway', 'to make queues of apps', (on) => on.assertQueue('leveret.lab.classic-2')],
    ['gateway', 'work of apps', (on) => on.consume(workQueueOf('lab'), () => undefined)],
    ['service', 'work past the ledger', (on) => on.publish('leveret.work', workQueueOf('lab'), Buffer.from('{}'))],
    ['service', 'reports', (on) => on.publish('leveret.status', 'lab.report', Buffer.from('[]'))],
    ['service', 'ends of jobs', (on) => on.publish('leveret.events', 'job.completed', Buffer.from('{}'))],
    ['service', 'to read anything', (on) => on.consume('leveret.ingress', () => undefined)],
  ])('refuses %s: %s', async (user, _what, attempt) => {
    await asUser(user, async (channel) => {
      const refused = new Promise<Error & { code?: number }>((resolve) => channel.once('error', resolve));
      Promise.resolve(attempt(channel)).catch(() => undefined);
      expect((await refused).message).toMatch(/ACCESS_REFUSED/);
    });
  });

  /** Does something on a channel of a user's own. */
  async function asUser(user: string, work: (channel: Channel) => Promise<void>): Promise<void> {
    const connection: ChannelModel = await connect(urlOf(user));
    try {
      await work(await connection.createChannel());
    } finally {
      await connection.close();
    }
  }
});
