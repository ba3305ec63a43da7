import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { type Announcement, type Job } from '#libs/contracts';
import { eventually } from '../support/eventually.js';
import { SuiteJobs } from '../support/suite-jobs.js';
import { SuiteMessages } from '../support/suite-messages.js';
import { testEnvironment } from '../support/test-environment.js';
import { startSuite, type TestSuite } from '../support/test-suite.js';

jest.setTimeout(60_000);

const EXCHANGE = 'leveret.jobs';
const DEAD_LETTERS = 'leveret.lab.dead';
const TASK = 'lab.script';
const PAYLOAD = { steps: ['ok'] };

describe('a message that a service publishes', () => {
  let suite: TestSuite;
  let jobs: SuiteJobs;
  let messages: SuiteMessages;

  beforeAll(async () => {
    suite = await startSuite({ apps: [], env: { BROKER_TENANTS: `${brokerUser()}=acme` } });
    jobs = new SuiteJobs(suite);
    messages = await SuiteMessages.open(suite);
    await eventually('way for messages that nobody takes', waysIn);
  });

  afterAll(async () => {
    await messages.close();
    await suite.stop();
  });

  /** The broker user of this suite's services. */
  function brokerUser(): string {
    return decodeURIComponent(new URL(testEnvironment().rabbitmqUrl).username);
  }

  // A gateway is ready before its broker is.
  async function waysIn(): Promise<true | undefined> {
    const exchanges = await suite.servers.inspect<readonly { name: string }[]>('exchanges');
    const bindings = await suite.servers.inspect<readonly { source: string; destination: string }[]>('bindings');
    const isWay = ({ source, destination }: { source: string; destination: string }): boolean =>
      source !== '' && destination === 'leveret.unroutable';
    return exchanges.some(({ name }) => name === EXCHANGE) && bindings.some(isWay) ? true : undefined;
  }

  /** The jobs whose metadata has this mark. */
  async function marked(mark: string): Promise<readonly Job[]> {
    const { body } = await jobs.ask<{ data: readonly Job[] }>('GET', `/v1/jobs?metadata.mark=${mark}`);
    return body.data;
  }

  const jobMarked = (mark: string): Promise<Job> =>
    eventually(`job marked ${mark}`, async () => (await marked(mark))[0]);

  it('for a domain that nobody has announced waits, and is taken in when its app is there', async () => {
    const id = randomUUID();
    await messages.publish(EXCHANGE, TASK, PAYLOAD, { messageId: id });
    await messages.publish(EXCHANGE, 'nobody.knows', { of: 'it' }, { messageId: randomUUID() });
    expect(await messages.count('leveret.unroutable')).toBe(2);
    expect((await suite.api<string>('GET', '/metrics')).body).toMatch(/^leveret_unroutable_messages 2$/m);
    expect((await jobs.ask('GET', `/v1/jobs/${id}`)).status).toBe(404);

    await suite.startApp('lab');
    const taken = (): Promise<true | undefined> =>
      jobs.ask('GET', `/v1/jobs/${id}`).then(({ status }) => (status === 200 ? true : undefined));
    await eventually('job of the message that waited', taken);
    expect(await jobs.completed(id)).toMatchObject({ task: TASK, tenant: 'default', attempt: 1 });
    await eventually('message left for the other domain', async () =>
      (await messages.count('leveret.unroutable')) === 1 ? true : undefined,
    );
  });

  it('belongs to the tenant of the broker user who vouches for it, whatever its headers say', async () => {
    const [vouched, plain] = [randomUUID(), randomUUID()];
    const headers = { 'x-tenant': 'globex' };
    await messages.publish(EXCHANGE, TASK, PAYLOAD, { messageId: vouched, userId: brokerUser(), headers });
    await messages.publish(EXCHANGE, TASK, PAYLOAD, { messageId: plain, headers });
    for (const id of [vouched, plain]) {
      await eventually(`job ${id}`, () =>
        jobs.ask('GET', `/v1/jobs/${id}`).then(({ status }) => status === 200 || undefined),
      );
    }
    expect(await jobs.completed(vouched)).toMatchObject({ tenant: 'acme' });
    expect(await jobs.completed(plain)).toMatchObject({ tenant: 'default' });
  });

  it('becomes the job that its UUID names, with priority, attempts and metadata from its properties', async () => {
    const messageId = randomUUID();
    const metadata = { mark: 'uuid', deep: { list: [1, 'two'] } };
    const headers = { 'x-max-attempts': 7, 'x-concurrency-key': 'order 7', 'x-metadata': metadata };
    await messages.publish(EXCHANGE, TASK, PAYLOAD, { messageId, priority: 8, headers });
    const { id } = await jobMarked('uuid');
    expect(id).toBe(messageId);
    expect(await jobs.completed(id)).toMatchObject({
      tenant: 'default',
      priority: 8,
      maxAttempts: 7,
      metadata,
      payload: PAYLOAD,
    });
    const kept = await suite.servers.query(`SELECT concurrency_key FROM jobs WHERE id = '${id}'`);
    expect(kept).toEqual([{ concurrency_key: 'order 7' }]);
  });

  it('is refused when its tenant has as many open jobs as it may, and not when its job is one of them', async () => {
    const limits = (maxOpenJobs: number | null): Promise<unknown> =>
      jobs.ask('PUT', '/v1/tenants/acme/limits', { ...(maxOpenJobs === null ? {} : { maxOpenJobs }) });
    await limits(1);
    const [taken, refused] = [randomUUID(), randomUUID()];
    const options = { userId: brokerUser(), headers: { 'x-options': '{"delay":"1h"}' } };
    for (const messageId of [taken, refused, taken]) {
      await messages.publish(EXCHANGE, TASK, PAYLOAD, { ...options, messageId });
      if (messageId === taken)
        await eventually('job', () =>
          jobs.ask('GET', `/v1/jobs/${taken}`).then(({ status }) => status === 200 || undefined),
        );
    }
    const letter = await messages.take(DEAD_LETTERS);
    expect(letter).toMatchObject({
      messageId: refused,
      headers: { 'x-code': 'too_many_open_jobs', 'x-tenant': 'acme' },
    });
    await limits(null);
    await messages.publish(EXCHANGE, TASK, PAYLOAD, { headers: { 'x-metadata': { mark: 'after the limit' } } });
    await jobMarked('after the limit');
    expect(await messages.drain(DEAD_LETTERS)).toEqual([]);
  });

  it('becomes one job when it comes again under the same text, in one go or later', async () => {
    const options = { messageId: 'order 4711 / confirmation', headers: { 'x-metadata': '{"mark":"twice"}' } };
    await Promise.all(Array.from({ length: 5 }, () => messages.publish(EXCHANGE, TASK, PAYLOAD, options)));
    const { id } = await jobMarked('twice');
    await messages.publish(EXCHANGE, TASK, PAYLOAD, options);
    await messages.publish(EXCHANGE, TASK, PAYLOAD, { headers: { 'x-metadata': '{"mark":"behind"}' } });
    await jobMarked('behind');
    expect((await marked('twice')).map((job) => job.id)).toEqual([id]);
    expect(await jobs.completed(id)).toMatchObject({ priority: 4 });
    expect(await jobs.attempts(id)).toHaveLength(1);
  });

  it('becomes a job of its own when it has no id', async () => {
    const options = { headers: { 'x-metadata': { mark: 'nameless' } } };
    await messages.publish(EXCHANGE, TASK, PAYLOAD, options);
    await messages.publish(EXCHANGE, TASK, PAYLOAD, options);
    const both = await eventually('two jobs', async () => {
      const found = await marked('nameless');
      return found.length === 2 ? found : undefined;
    });
    for (const { id } of both) await jobs.completed(id);
  });

  it.each([
    { what: 'not JSON', body: Buffer.from('steps=ok'), reason: /JSON/ },
    { what: 'an array', body: [PAYLOAD], reason: /payload/ },
    { what: 'empty', body: Buffer.alloc(0), reason: /empty/ },
    { what: 'not UTF-8', body: Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]), reason: /UTF-8/ },
    { what: 'not the payload of its task', body: { steps: ['dance'] }, reason: /payload\.steps\.0/ },
    { what: 'nested too deep', body: Buffer.from('['.repeat(5_000) + ']'.repeat(5_000)), reason: /levels/ },
    {
      what: 'after a prototype',
      body: Buffer.from('{"__proto__":{"admin":true},"steps":["ok"]}'),
      reason: /__proto__/,
    },
    { what: 'holding U+0000', body: { steps: ['ok'], witness: 'a\0b' }, reason: /U\+0000/ },
  ])(
    'lies among the dead letters, as it came and with the reason, when its body is $what',
    async ({ body, reason }) => {
      const messageId = randomUUID();
      await messages.publish(EXCHANGE, TASK, body, { messageId });
      const letter = await messages.take(DEAD_LETTERS, (message) => message.messageId === messageId);
      expect(letter.body).toEqual(Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body)));
      expect(letter.headers).toMatchObject({
        'x-code': expect.stringMatching(/^(unreadable_message|invalid_job)$/) as unknown,
        'x-reason': expect.stringMatching(reason) as unknown,
        'x-source': 'leveret.ingress',
        'x-dead-at': expect.stringMatching(/^\d{4}-.*Z$/) as unknown,
      });
      expect((await jobs.ask('GET', `/v1/jobs/${messageId}`)).status).toBe(404);
    },
  );

  it.each([
    { what: 'a task that its app does not have', key: 'lab.unknown', options: {}, reason: /^task / },
    { what: 'no task name', key: 'lab.Some Thing', options: {}, reason: /task name/ },
    { what: 'a priority out of bounds', key: TASK, options: { priority: 10 }, reason: /^priority / },
    {
      what: 'attempts that are none',
      key: TASK,
      options: { headers: { 'x-max-attempts': 'many' } },
      reason: /^maxAtt/,
    },
    {
      what: 'a concurrency key of no text',
      key: TASK,
      options: { headers: { 'x-concurrency-key': 7 } },
      reason: /concurrencyKey/,
    },
    { what: 'metadata of no JSON', key: TASK, options: { headers: { 'x-metadata': '{' } }, reason: /JSON/ },
    { what: 'a newer format', key: TASK, options: { headers: { 'x-version': 99 } }, reason: /x-version/ },
  ])('lies among the dead letters with the reason when it names $what', async ({ key, options, reason }) => {
    const messageId = randomUUID();
    await messages.publish(EXCHANGE, key, PAYLOAD, { ...options, messageId });
    const letter = await messages.take(DEAD_LETTERS, (message) => message.messageId === messageId);
    expect(letter.headers['x-reason']).toMatch(reason);
    expect((await jobs.ask('GET', `/v1/jobs/${messageId}`)).status).toBe(404);
  });

  it("is refused when its id is another tenant's job, which stays as it was", async () => {
    const created = await jobs.ask<{ secret: string }>('POST', '/v1/api-keys', {
      name: 'theirs',
      tenant: 'theirs',
      scopes: ['jobs:write', 'jobs:read'],
    });
    const theirs = new SuiteJobs(suite, created.body.secret);
    const { id } = await theirs.enqueue(TASK, PAYLOAD);
    const done = await theirs.completed(id);
    await messages.publish(EXCHANGE, TASK, PAYLOAD, { messageId: id });
    const letter = await messages.take(DEAD_LETTERS, (message) => message.messageId === id);
    expect(letter.headers).toMatchObject({ 'x-code': 'id_taken' });
    expect(await theirs.show(id)).toEqual(done);
  });

  it('hurts nobody when it cannot be read: what comes behind it in one go is taken in', async () => {
    const bad = randomUUID();
    const good = randomUUID();
    await Promise.all([
      messages.publish(EXCHANGE, TASK, Buffer.from('{'), { messageId: bad }),
      messages.publish(EXCHANGE, TASK, PAYLOAD, { messageId: good, headers: { 'x-metadata': { mark: 'good' } } }),
    ]);
    await jobMarked('good');
    expect(await jobs.completed(good)).toMatchObject({ attempt: 1 });
    const letter = await messages.take(DEAD_LETTERS, (message) => message.messageId === bad);
    expect(letter.headers).not.toHaveProperty('x-death');
  });

  it('is taken in whole when two gateways learn of two domains at once', async () => {
    await suite.startApp('gateway', 'gateway-2');
    const each = 200;
    for (let count = 0; count < each; count += 1) {
      for (const domain of ['alpha', 'beta']) await messages.publish(EXCHANGE, `${domain}.work`, { count });
    }
    await Promise.all(
      ['alpha', 'beta'].map((domain) =>
        messages.publish('leveret.status', `${domain}.announce`, [announcement(domain)]),
      ),
    );
    const look = (): Promise<readonly { task: string; jobs: number }[]> =>
      suite.servers.query(
        `SELECT task, count(*)::int AS jobs FROM jobs WHERE task LIKE '%.work' GROUP BY task ORDER BY task`,
      );
    await eventually(
      'job of every message',
      async () => ((await look()).reduce((sum, row) => sum + row.jobs, 0) === 2 * each ? true : undefined),
      look,
    );
    expect(await look()).toEqual([
      { task: 'alpha.work', jobs: each },
      { task: 'beta.work', jobs: each },
    ]);
  });
});

/** What an app says of itself that has one task, `work`. */
function announcement(domain: string): Announcement {
  const defaults = {
    ...{ maxAttempts: 1, timeoutMs: 1_000, priority: 4 },
    backoff: { type: 'fixed' as const, delayMs: 1_000, maxDelayMs: 1_000, jitter: 0 },
  };
  const task = { name: `${domain}.work`, description: 'Works.', schema: {}, defaults, example: null, hash: '1' };
  return {
    ...{ domain, appVersion: '1.0.0', worker: `${domain}@test` },
    queue: { key: `${domain}.classic-1`, type: 'classic', number: 1 },
    tasks: [{ ...task, maxTimeoutMs: 1_000, maxPayload: 1_000 }],
  };
}
