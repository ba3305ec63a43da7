import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { type Job } from '#libs/contracts';
import { callManagement } from '../../tools/local-nodes/management-api.js';
import { eventually } from '../support/eventually.js';
import { SuiteJobs } from '../support/suite-jobs.js';
import { SuiteMessages } from '../support/suite-messages.js';
import { testEnvironment } from '../support/test-environment.js';
import { startSuite, type TestSuite } from '../support/test-suite.js';

jest.setTimeout(240_000);

const TASK = 'lab.script';
const DEAD = 'leveret.lab.dead';
const WORK_KEY = `lab.${testEnvironment().queueType}-1`;
const PATH = '/v1/dead-letters';
const MOST = 200;
/** What a look holds while a sweep goes by is taken out by another, two minutes later. */
const SECOND_SWEEP_MS = 150_000;

interface Letter {
  readonly id: string;
  readonly jobId: string | null;
  readonly queue: string;
  readonly task: string | null;
  readonly reason: string;
  readonly error: { readonly code: string; readonly message: string; readonly attempt: number };
  readonly payload: unknown;
  readonly message: { readonly messageId: string | null } | null;
}

interface Redrive {
  readonly id: string;
  readonly state: string;
  readonly stopReason: string | null;
  readonly redriven: number;
}

/** A message as the management UI shows it. */
interface Looked {
  readonly properties: { readonly message_id?: string; readonly headers?: Readonly<Record<string, unknown>> };
  readonly payload: string;
}

describe('dead letters', () => {
  let suite: TestSuite;
  let jobs: SuiteJobs;
  let messages: SuiteMessages;

  beforeAll(async () => {
    suite = await startSuite({ apps: ['lab'] });
    jobs = new SuiteJobs(suite);
    messages = await SuiteMessages.open(suite);
  });

  afterAll(async () => {
    await messages.close();
    await suite.stop();
  });

  const list = async (query = ''): Promise<readonly Letter[]> =>
    (await jobs.ask<{ data: readonly Letter[] }>('GET', `${PATH}?limit=${MOST}${query}`)).body.data;
  const letterOf = (what: string, is: (letter: Letter) => boolean): Promise<Letter> =>
    eventually(`letter of ${what}`, async () => (await list()).find(is));

  /** What a person sees who gets messages from the domain's dead letters in the management UI, and puts them back. */
  async function look(): Promise<readonly Looked[]> {
    const { broker, id } = suite.servers;
    const ask = { count: MOST, ackmode: 'ack_requeue_true', encoding: 'auto' };
    const answer = await callManagement(broker, 'POST', `/api/queues/${id}/${DEAD}/get`, ask);
    expect(answer.status).toBe(200);
    return (await answer.json()) as Looked[];
  }
  /** A look holds what it shows for a moment, which hides it from a sweep that goes by: the sweep is waited for. */
  const swept = (): Promise<true> =>
    eventually('sweep of what is gone', async () => {
      const due = await suite.servers.query('SELECT FROM dead_letter_removals WHERE swept_at IS NULL');
      return due.length === 0 || undefined;
    });
  const untilCopies = async (
    jobId: string,
    isSo: (copies: readonly Looked[]) => boolean,
  ): Promise<readonly Looked[]> => {
    await swept();
    let copies: readonly Looked[] = [];
    const see = async (): Promise<readonly Looked[] | undefined> => {
      copies = (await look()).filter(({ properties }) => properties.message_id === jobId);
      return isSo(copies) ? copies : undefined;
    };
    return eventually(`copies of job ${jobId} as they should be`, see, () => copies, SECOND_SWEEP_MS);
  };

  async function deadJob(): Promise<Job> {
    const { id } = await jobs.enqueue(TASK, { steps: ['reject'], password: 'hunter2' });
    return jobs.failed(id);
  }

  it('show messages of every kind that are no job’s, with the reason and without secrets, and hurt nobody', async () => {
    const mark = randomUUID();
    const bodies = ['not json', '[1,2', '', '\0\ufffe', '{"steps":7}', '{"steps":7,"password":"hunter2"}'];
    const sent = [
      ...bodies.map((body) => ['leveret.jobs', TASK, body, {}] as const),
      ['leveret.jobs', 'lab.no-such-task', '{}', {}] as const,
      ['leveret.work', `${WORK_KEY}.script`, '{}', {}] as const,
      ['leveret.work', `${WORK_KEY}.script`, '{}', { 'x-version': 99 }] as const,
      ['leveret.work', WORK_KEY, '\0', { 'x-death': 'none', odd: { deep: [1] } }] as const,
      ['leveret.dead', 'lab.odd', 'by hand', {}] as const,
      ['leveret.dead', 'lab.odd', 'by hand', { 'x-letter': 'no id', 'x-letter-of': 'job', 'x-code': 7 }] as const,
      ['leveret.dead', 'nowhere.odd', 'by hand', {}] as const,
    ];
    const idOf = (index: number): string => `${mark}/${index}`;
    for (const [index, [exchange, key, body, headers]] of sent.entries()) {
      await messages.publish(exchange, key, Buffer.from(body), { messageId: idOf(index), headers });
    }
    const letters = await eventually('letters of all messages', async () => {
      const found = (await list()).filter(({ message }) => message?.messageId?.startsWith(mark));
      return found.length === sent.length ? found : undefined;
    });
    for (const { error, jobId } of letters) {
      expect(jobId).toBeNull();
      expect(error).toMatchObject({
        code: expect.stringMatching(/^[a-z_]+$/) as unknown,
        message: expect.stringMatching(/.{6}/) as unknown,
      });
    }
    expect(new Set(letters.map(({ queue }) => queue))).toEqual(new Set(['lab', 'unknown']));
    const secret = letters.find(({ message }) => message?.messageId === idOf(5));
    expect(secret?.payload).toEqual({ steps: 7, password: '***' });
    expect(JSON.stringify([letters, await look()])).not.toContain('hunter2');
    await jobs.completed((await jobs.enqueue(TASK, { steps: ['ok'] })).id);
  });

  it('are all there after 25 looks through the management UI', async () => {
    const { id } = await deadJob();
    const [copy] = await untilCopies(id, (copies) => copies.length === 1);
    expect(copy?.payload).toContain('***');
    const known = (looked: readonly Looked[]): unknown[] =>
      looked.map(({ properties, payload }) => properties.headers?.['x-letter'] ?? payload).sort();
    const before = known(await look());
    for (let looks = 0; looks < 25; looks += 1) await look();
    await eventually('every letter that was there', async () => {
      const now = new Set(known(await look()));
      return before.every((letter) => now.has(letter)) || undefined;
    });
  });

  it('of jobs that are redriven by their ids leave the list and the queue, and die anew with another attempt', async () => {
    const { id } = await deadJob();
    const first = await letterOf('the first attempt', ({ jobId }) => jobId === id);
    expect(first).toMatchObject({ task: TASK, reason: 'permanent_error', error: { attempt: 1 } });
    const { status, body } = await jobs.ask('POST', `${PATH}/redrive`, { jobIds: [id] });
    expect([status, body]).toEqual([202, { redriven: 1, refused: [] }]);
    const second = await letterOf('the second attempt', ({ jobId, error }) => jobId === id && error.attempt === 2);
    const copies = await untilCopies(id, (all) => all.length === 1 && all[0]?.properties.headers?.['x-attempts'] === 2);
    expect(copies[0]?.properties.headers?.['x-letter']).toBe(second.id);
    expect((await list(`&jobId=${id}`)).map((letter) => letter.id)).toEqual([second.id]);
    expect(await jobs.attempts(id)).toHaveLength(2);
  });

  it('of messages that the ingress had refused are published again, and refused again with a new letter', async () => {
    const messageId = randomUUID();
    await messages.publish('leveret.jobs', TASK, { steps: ['dance'] }, { messageId });
    const isOf = ({ message }: Letter): boolean => message?.messageId === messageId;
    const first = await letterOf('the refused message', isOf);
    expect((await jobs.ask('POST', `${PATH}/redrive`, { ids: [first.id] })).status).toBe(202);
    const second = await letterOf('the message refused again', (letter) => isOf(letter) && letter.id !== first.id);
    expect(second.error.code).toBe(first.error.code);
    expect((await list()).filter(isOf)).toHaveLength(1);
  });

  it('are redriven safely: canaries alone are spent while the fault lasts, and all are mended after it', async () => {
    let broken = true;
    const target = createServer((_, answer) => answer.writeHead(broken ? 500 : 200).end());
    await new Promise<void>((resolve) => target.listen(0, '127.0.0.1', resolve));
    const payload = { steps: ['ok'], target: `http://127.0.0.1:${(target.address() as AddressInfo).port}` };
    const ids: string[] = [];
    while (ids.length < 6) ids.push((await jobs.enqueue(TASK, payload, { maxAttempts: 1 })).id);
    for (const id of ids) await jobs.failed(id);
    const redrive = async (): Promise<Redrive> => {
      const selection = { task: TASK, errorCode: 'lab_call', canary: 2, rate: 100 };
      const begun = await jobs.ask<Redrive>('POST', `${PATH}/redrive`, selection);
      expect(begun.status).toBe(202);
      return eventually('end of the redrive', async () => {
        const { body } = await jobs.ask<Redrive>('GET', `${PATH}/redrives/${begun.body.id}`);
        return ['stopped', 'done'].includes(body.state) ? body : undefined;
      });
    };

    const stopped = await redrive();
    expect(stopped).toMatchObject({
      state: 'stopped',
      redriven: 2,
      stopReason: expect.stringMatching(/lab_call/) as unknown,
    });
    await eventually('six letters', async () => ((await list('&errorCode=lab_call')).length === 6 ? true : undefined));
    const attempts = await Promise.all(ids.map(async (id) => (await jobs.show(id)).attempt));
    expect(attempts.sort()).toEqual([1, 1, 1, 1, 2, 2]);

    broken = false;
    expect(await redrive()).toMatchObject({ state: 'done', redriven: 6, completed: 6, failed: 0 });
    for (const id of ids) expect((await jobs.show(id)).status).toBe('completed');
    for (const id of ids) await untilCopies(id, (copies) => copies.length === 0);
    target.close();
  });

  it('tell of a job whose message the broker itself has dead-lettered', async () => {
    await jobs.ask('POST', '/v1/queues/lab/pause');
    const { id } = await jobs.enqueue(TASK, { steps: ['ok'] });
    await messages.reject(`leveret.${WORK_KEY}`);
    const failed = await jobs.failed(id);
    expect(failed).toMatchObject({ attempt: 1, error: { code: 'worker_lost' } });
    expect(await letterOf('the job', ({ jobId }) => jobId === id)).toMatchObject({ reason: 'broker_rejected' });
    await untilCopies(id, (all) => all.length === 1 && all[0]?.properties.headers?.['x-code'] === 'worker_lost');

    await jobs.ask('POST', '/v1/queues/lab/resume');
    await jobs.ask('POST', `${PATH}/redrive`, { jobIds: [id] });
    expect(await jobs.completed(id)).toMatchObject({ attempt: 2 });
  });

  it('of jobs that are deleted, and letters that are purged, leave the queue; the jobs of these stay failed', async () => {
    const [deleted, purged] = [await deadJob(), await deadJob()];
    await untilCopies(purged.id, (copies) => copies.length === 1);
    expect((await jobs.ask('DELETE', `/v1/jobs/${deleted.id}`)).status).toBe(204);
    await untilCopies(deleted.id, (copies) => copies.length === 0);
    // A sweep holds what it reads for a moment: a copy that stays is seen again, not at every look.
    await untilCopies(purged.id, (copies) => copies.length === 1);

    for (const queue of ['lab', 'unknown'])
      expect((await jobs.ask('DELETE', `${PATH}?queue=${queue}`)).status).toBe(200);
    expect(await list()).toEqual([]);
    await swept();
    let left: readonly Looked[] = [];
    const isEmpty = async (): Promise<true | undefined> => ((left = await look()).length === 0 ? true : undefined);
    const seen = (): unknown => [left, suite.log('gateway').filter((line) => /swept|sweep/.test(line))];
    await eventually('empty queue of letters', isEmpty, seen, SECOND_SWEEP_MS);
    expect((await jobs.show(purged.id)).status).toBe('failed');
    expect(suite.log('gateway').filter((line) => line.includes('sweep.failed'))).toEqual([]);
  });
});
