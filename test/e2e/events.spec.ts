import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { type Job } from '#libs/contracts';
import { PROJECT } from '../../tools/project/app-list.js';
import { eventually } from '../support/eventually.js';
import { SuiteJobs } from '../support/suite-jobs.js';
import { SuiteMessages, type TakenMessage } from '../support/suite-messages.js';
import { testEnvironment } from '../support/test-environment.js';
import { startSuite, type TestSuite } from '../support/test-suite.js';

jest.setTimeout(60_000);

const EVENTS = 'leveret.events';
const EXAMPLE = join(PROJECT, 'dist', 'examples', 'from-a-service.js');

interface Trigger {
  readonly id: string;
}

describe('events', () => {
  let suite: TestSuite;
  let jobs: SuiteJobs;
  let messages: SuiteMessages;

  beforeAll(async () => {
    suite = await startSuite({ apps: ['lab'], env: { BROKER_TENANTS: `${brokerUser()}=acme` } });
    await suite.startApp('gateway', 'gateway-2');
    jobs = new SuiteJobs(suite);
    messages = await SuiteMessages.open(suite);
  });

  afterAll(async () => {
    await messages.close();
    await suite.stop();
  });

  function brokerUser(): string {
    return decodeURIComponent(new URL(testEnvironment().rabbitmqUrl).username);
  }

  /** A trigger whose jobs have a mark in their metadata. */
  const trigger = async (pattern: string, mark: string, as = jobs): Promise<Trigger> => {
    const body = {
      ...{ name: mark, pattern, task: 'lab.script', payload: { steps: '{{data.steps}}' } },
      metadata: { mark, event: '{{id}}' },
    };
    const answer = await as.ask<Trigger>('POST', '/v1/triggers', body);
    expect([answer.status, answer.body]).toEqual([201, expect.anything()]);
    return answer.body;
  };
  const post = async (type: string, id: string): Promise<void> => {
    const { status } = await jobs.ask('POST', '/v1/events', { type, id, data: { steps: ['ok'] } });
    expect(status).toBe(202);
  };
  const publish = (type: string, id: string, options: object = {}): Promise<void> =>
    messages.publish(EVENTS, type, { steps: ['ok'] }, { messageId: id, ...options });
  const marked = async (mark: string, as = jobs): Promise<readonly Job[]> =>
    (await as.ask<{ data: readonly Job[] }>('GET', `/v1/jobs?metadata.mark=${mark}&limit=200`)).body.data;
  const startedBy = async (mark: string, count: number, as = jobs): Promise<readonly Job[]> => {
    const look = async (): Promise<readonly Job[] | undefined> => {
      const found = await marked(mark, as);
      return found.length >= count ? found : undefined;
    };
    return eventually(`${count} jobs marked ${mark}`, look, () => marked(mark, as));
  };
  /** The next that is told of some jobs: others may have ended just before. */
  const told = (queue: string, ended: readonly Job[]): Promise<TakenMessage> =>
    messages.take(queue, ({ messageId = '' }) => ended.some(({ id }) => messageId.startsWith(id)));
  const eventsOf = (started: readonly Job[]): unknown[] => started.map(({ metadata }) => metadata['event']).toSorted();
  const nothingLeft = async (): Promise<true | undefined> => {
    const { messages: left } = await suite.servers.inspect<{ messages?: number }>(`queues/${EVENTS}.triggers`);
    return left === 0 ? true : undefined;
  };
  const bindings = async (): Promise<string[]> => {
    const all =
      await suite.servers.inspect<readonly { source: string; destination: string; routing_key: string }[]>('bindings');
    return all
      .filter(({ source, destination }) => source === EVENTS && destination === `${EVENTS}.triggers`)
      .map(({ routing_key: pattern }) => pattern);
  };

  it('start one job for each trigger that wants them and each id, by HTTP and by AMQP, with two gateways', async () => {
    await trigger('order.*', 'each');
    await trigger('#', 'all');
    const ids = Array.from({ length: 30 }, () => randomUUID());
    await Promise.all(
      ids.flatMap((id) => [post('order.placed', id), post('order.placed', id), publish('order.placed', id)]),
    );
    await post('photo.added', 'another');
    const each = await startedBy('each', ids.length);
    const all = await startedBy('all', ids.length + 1);
    for (const { id } of all) await jobs.completed(id);
    // Everything that was published has been read when the queue is empty and nothing is in anybody's hands.
    await eventually('end of the queue of events', nothingLeft);
    expect(eventsOf(each)).toEqual(ids.toSorted());
    expect(eventsOf(await marked('each'))).toEqual(ids.toSorted());
    expect(eventsOf(await marked('all'))).toEqual([...ids, 'another'].toSorted());
  });

  it('that came by HTTP are heard by whoever listens to the broker', async () => {
    await messages.declareQueue('listener', { 'x-queue-type': 'classic' });
    await messages.bindQueue('listener', EVENTS, 'heard.#');
    const id = randomUUID();
    await post('heard.by.others', id);
    const heard = await messages.take('listener');
    expect(heard).toMatchObject({ key: 'heard.by.others', messageId: id, headers: { 'x-tenant': 'default' } });
    expect(JSON.parse(heard.body.toString())).toEqual({ steps: ['ok'] });
  });

  it('tell how jobs have ended, once for each end and under a name of its own, and start what triggers want of that', async () => {
    await messages.declareQueue('ends', { 'x-queue-type': 'classic' });
    await messages.bindQueue('ends', EVENTS, 'job.*');
    const after = { name: 'after failures', pattern: 'job.failed', task: 'lab.noop' };
    await jobs.ask('POST', '/v1/triggers', { ...after, metadata: { mark: 'after', event: '{{data.id}}' } });
    const failed = await jobs.enqueue('lab.script', { steps: ['reject'] });
    const heard = await told('ends', [failed]);
    const said = JSON.parse(heard.body.toString()) as Job;
    expect(heard).toMatchObject({ key: 'job.failed', messageId: `${failed.id}.${said.version}` });
    expect(said).toMatchObject({ id: failed.id, status: 'failed', error: { code: expect.any(String) } });
    const [job] = await startedBy('after', 1);
    expect(job?.metadata['event']).toBe(failed.id);
    const next = await told('ends', [failed, ...(job ? [job] : [])]);
    expect([next.key, next.messageId]).toEqual(['job.completed', expect.stringContaining(job?.id ?? '')]);
  });

  it('belong to the tenant of the broker user who vouches for them, whatever their headers say', async () => {
    const created = await jobs.ask<{ secret: string }>('POST', '/v1/api-keys', {
      ...{ name: 'acme', tenant: 'acme', scopes: ['jobs:write', 'jobs:read'] },
    });
    const acme = new SuiteJobs(suite, created.body.secret);
    await trigger('vouched.*', 'theirs', acme);
    await trigger('vouched.*', 'ours');
    await publish('vouched.for', 'vouched', { userId: brokerUser() });
    await publish('vouched.for', 'plain', { headers: { 'x-tenant': 'acme' } });
    await acme.ask('POST', '/v1/events', { type: 'vouched.by-key', id: 'posted', data: { steps: ['ok'] } });
    expect(eventsOf(await startedBy('theirs', 2, acme))).toEqual(['posted', 'vouched']);
    await eventually('end of the queue of events', nothingLeft);
    expect(eventsOf(await startedBy('ours', 1))).toEqual(['plain']);
  });

  it('that cannot be read lie among the dead letters with the reason', async () => {
    await trigger('bad.#', 'bad');
    for (const [key, body, code] of [
      ['bad.json', Buffer.from('{'), 'unreadable_message'],
      ['bad.large', 'x'.repeat(70_000), 'event_too_large'],
      ['bad.type!', {}, 'not_an_event_type'],
      ['job.failed', {}, 'reserved_event_type'],
    ] as const) {
      await messages.publish(EVENTS, key, body, { messageId: code });
    }
    const look = async (): Promise<readonly unknown[] | undefined> => {
      const { body } = await jobs.ask<{ data: readonly { error: { code: string } }[] }>(
        'GET',
        '/v1/dead-letters?queue=events',
      );
      return body.data.length >= 4 ? body.data.map(({ error }) => error.code).toSorted() : undefined;
    };
    expect(await eventually('letters of the events', look)).toEqual([
      'event_too_large',
      'not_an_event_type',
      'reserved_event_type',
      'unreadable_message',
    ]);
  });

  it('come to the gateways only as far as a trigger wants them', async () => {
    const [one, other] = [await trigger('rare.thing', 'rare'), await trigger('rare.thing', 'rare')];
    expect(await bindings()).toContain('rare.thing');
    await jobs.ask('DELETE', `/v1/triggers/${one.id}`);
    expect(await bindings()).toContain('rare.thing');
    await jobs.ask('PATCH', `/v1/triggers/${other.id}`, { enabled: false });
    expect(await bindings()).not.toContain('rare.thing');
    await jobs.ask('PATCH', `/v1/triggers/${other.id}`, { enabled: true });
    await publish('rare.thing', 'rare event');
    expect(eventsOf(await startedBy('rare', 1))).toEqual(['rare event']);
  });

  it('and jobs wait for a gateway that is away, and are acted on when one was killed after it had accepted them', async () => {
    await trigger('away.*', 'away');
    await suite.kill('gateway-2');
    const accepted = Array.from({ length: 40 }, () => randomUUID());
    await Promise.all(accepted.map((id) => post('away.accepted', id)));
    await suite.kill('gateway');
    const job = randomUUID();
    await publish('away.published', 'published');
    await messages.publish('leveret.jobs', 'lab.noop', {}, { messageId: job });
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [EXAMPLE, 'lab.script', '{"steps":["ok"]}', 'away.example', '{"steps":["ok"]}'],
      { env: { ...process.env, RABBITMQ_URL: suite.servers.rabbitmqUrl } },
    );
    const [, exampleJob = '', exampleEvent = ''] = /job (\S+)\nevent (\S+)/.exec(stdout) ?? [];
    await suite.startApp('gateway');
    const started = await startedBy('away', accepted.length + 2);
    expect(eventsOf(started)).toEqual([...accepted, 'published', exampleEvent].toSorted());
    for (const id of [job, exampleJob]) {
      await eventually(`job ${id}`, () =>
        jobs.ask('GET', `/v1/jobs/${id}`).then(({ status }) => status === 200 || undefined),
      );
      await jobs.completed(id);
    }
    expect(await jobs.show(exampleJob)).toMatchObject({
      priority: 6,
      maxAttempts: 3,
      metadata: { sentBy: 'an example' },
    });
  });

  it('fit the patterns that the broker lets them through by', async () => {
    const listsOf = (words: readonly string[], most: number): string[] =>
      most === 1
        ? [...words]
        : [...words, ...listsOf(words, most - 1).flatMap((list) => words.map((word) => `${word}.${list}`))];
    const patterns = [...new Set(listsOf(['a', '*', '#'], 3))];
    const types = [...new Set(listsOf(['a', 'b'], 3))];
    const wanted = async (pattern: string, type: string): Promise<boolean> => {
      const body = { event: { type, data: {} }, trigger: { name: 'tried', pattern, task: 'lab.noop' } };
      const answer = await jobs.ask<{ triggers: readonly { fires: boolean }[] }>('POST', '/v1/triggers/test', body);
      return answer.body.triggers[0]?.fires === true;
    };
    for (const pattern of patterns) {
      await messages.declareQueue(`of ${pattern}`, { 'x-queue-type': 'classic' });
      await messages.bindQueue(`of ${pattern}`, EVENTS, pattern);
    }
    for (const type of types) await messages.publish(EVENTS, type, {}, { messageId: type });
    for (const pattern of patterns) {
      // How the jobs of other tests have ended comes by there, too.
      const through = (await messages.drain(`of ${pattern}`))
        .map(({ key }) => key)
        .filter((key) => types.includes(key));
      const own: string[] = [];
      for (const type of types) if (await wanted(pattern, type)) own.push(type);
      expect([pattern, own.toSorted()]).toEqual([pattern, through.toSorted()]);
      await messages.deleteQueue(`of ${pattern}`);
    }
  });
});
