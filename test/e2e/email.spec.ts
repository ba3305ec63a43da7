import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { simpleParser } from 'mailparser';
// eslint-disable-next-line no-restricted-imports -- the server that the app's own specs talk to is no part of the app
import { headerOf, type Refusal, SmtpSink, type SunkMail } from '../../apps/email/spec/smtp-sink.js';
import { type Job } from '#libs/contracts';
import { eventually } from '../support/eventually.js';
import { SuiteJobs } from '../support/suite-jobs.js';
import { testEnvironment } from '../support/test-environment.js';
import { startSuite, type TestSuite } from '../support/test-suite.js';

jest.setTimeout(60_000);

const TASK = 'email.send';
/** Mails of a campaign that the server answers before it falls silent. */
const ANSWERED = 15;
const PEOPLE = 40;
/** Of one process of the app, unless it is told otherwise. */
const IN_HAND = 10;
/** How long the server takes for a mail of a campaign that is paused or cancelled. */
const SLOW_MS = 200;
/** In force after the answer to a pause or a cancel. */
const IN_FORCE_MS = 1_000;

const DATASETS = `
databases: { numbers: {} }
datasets:
  numbers:
    description: Three numbers.
    database: numbers
    sql: select n from generate_series(1, 3) as n order by n
    columns: { n: integer }
`;

interface Batch {
  readonly completedAt: string | null;
  readonly counts: Readonly<Record<string, number>>;
}

describe('email.send', () => {
  let sink: SmtpSink;
  let suite: TestSuite;
  let jobs: SuiteJobs;
  let folder: string;
  /** What the server says to a login. */
  let loginRefusal: Refusal | undefined;
  /** When a mail of the steered campaign began, by its recipient. */
  const begun = new Map<string, number>();

  /** While it waits the server says nothing of a campaign's mails. */
  let silence: Promise<void> | undefined;

  beforeAll(async () => {
    sink = await SmtpSink.open({
      toMail: async (mail) => {
        if (mail.to.some((to) => to.endsWith('@steered.org'))) await delay(SLOW_MS);
        if (isAbout('Campaign')(mail) && sink.offered.filter(isAbout('Campaign')).length > ANSWERED) await silence;
        const first = isAbout('Try twice')(mail) && sink.offered.filter(isAbout('Try twice')).length === 1;
        return first ? { code: 451, text: 'come back later' } : undefined;
      },
      toRecipient: (address) => {
        if (address.endsWith('@steered.org')) begun.set(address, Date.now());
        return address === 'nobody@x.org' ? { code: 550, text: 'no such user' } : undefined;
      },
      toLogin: () => loginRefusal,
    });
    folder = await mkdtemp(join(tmpdir(), 'leveret-datasets-'));
    await writeFile(join(folder, 'datasets.yaml'), DATASETS);
    const env = {
      ...{ SMTP_URL: `smtp://shop:secret@127.0.0.1:${sink.port}`, MAIL_FROM: 'Shop <shop@example.org>' },
      DATASETS_FILE: join(folder, 'datasets.yaml'),
      DATASETS_DATABASES: `numbers=${testEnvironment().databaseUrl}`,
    };
    suite = await startSuite({ apps: ['email', 'exports'], env });
    jobs = new SuiteJobs(suite);
  });
  afterAll(async () => {
    await suite.stop();
    await sink.close();
    await rm(folder, { recursive: true });
  });

  const campaign = async (subject: string, lines: readonly string[]): Promise<string> => {
    const file = await suite.leveret.files.upload(`to,name\n${lines.join('\n')}\n`, { filename: 'people.csv' });
    const bulk = { template: 'welcome', subject, recipientsFile: { key: file.key } };
    return (await jobs.enqueue('email.send-bulk', bulk)).id;
  };
  const ended = (id: string): Promise<Batch> =>
    eventually('end of the campaign', async () => {
      const { body } = await jobs.ask<Batch>('GET', `/v1/batches/${id}`);
      return body.completedAt === null ? undefined : body;
    });

  it('brings a mail to the server once, under a Message-ID made from the job', async () => {
    const { id } = await jobs.enqueue(TASK, { to: 'ada@x.org', subject: 'Welcome', text: 'Hello Ada' });
    const { result } = await jobs.completed(id);
    expect(result).toEqual({ messageId: `<${id}@example.org>`, accepted: ['ada@x.org'], rejected: [] });
    const mails = sink.offered.filter(isAbout('Welcome'));
    expect(mails).toEqual([{ from: 'shop@example.org', to: ['ada@x.org'], raw: expect.stringContaining('Hello Ada') }]);
    expect(mails.map((mail) => headerOf(mail, 'Message-ID'))).toEqual([`<${id}@example.org>`]);
  });

  it('tries again after a 4xx answer, under the same Message-ID', async () => {
    const backoff = { type: 'fixed', delay: '100ms', jitter: 0 };
    const { id } = await jobs.enqueue(TASK, { to: 'ada@x.org', subject: 'Try twice', text: 'Hello' }, { backoff });
    await jobs.completed(id);
    expect((await jobs.attempts(id)).map(({ error }) => error?.code)).toEqual(['smtp_temporary', undefined]);
    const offered = sink.offered.filter(isAbout('Try twice'));
    expect(offered.map((mail) => headerOf(mail, 'Message-ID'))).toEqual(Array(2).fill(`<${id}@example.org>`));
    expect(sink.mails.filter(isAbout('Try twice'))).toHaveLength(1);
  });

  it('fails for good when the server knows no recipient', async () => {
    const { id } = await jobs.enqueue(TASK, { to: 'nobody@x.org', subject: 'Hello', text: 'Hello' });
    const { error } = await jobs.failed(id);
    expect(error).toMatchObject({ code: 'smtp_rejected', message: expect.stringContaining('550 no such user') });
    expect(await jobs.attempts(id)).toHaveLength(1);
  });

  it.each([
    ['a header in a recipient', { to: 'b@x.org\r\nBcc: evil@x.org', subject: 'Hello', text: 'Hello' }],
    ['two recipients in one', { to: 'b@x.org, evil@x.org', subject: 'Hello', text: 'Hello' }],
    ['a header in the subject', { to: 'b@x.org', subject: 'Hello\r\nBcc: evil@x.org', text: 'Hello' }],
    ['a mail without content', { to: 'b@x.org', subject: 'Hello' }],
    ['a template that there is not', { to: 'b@x.org', template: 'wellcome', data: {} }],
  ])('is refused by the gateway with %s', async (_what, payload) => {
    const { status } = await jobs.ask('POST', '/v1/jobs', { task: TASK, payload });
    expect(status).toBe(422);
  });

  it('is refused by the gateway when its template misses data, by path', async () => {
    const payload = { to: 'b@x.org', template: 'welcome', data: {} };
    const { body } = await jobs.ask('POST', '/v1/jobs', { task: TASK, payload });
    expect(body).toMatchObject({ status: 422, errors: [{ path: 'payload.data.name', message: 'is required' }] });
  });

  it('runs its example as it is', async () => {
    const { body } = await jobs.ask('GET', `/v1/tasks/${TASK}`);
    const { id } = await jobs.enqueue(TASK, (body as { example: object }).example);
    await jobs.completed(id);
    expect(sink.mails.filter(isAbout('Welcome, Ada Lovelace'))).toHaveLength(1);
  });

  it('tells of the end of a job that names somebody to notify', async () => {
    const mail = { to: 'ada@x.org', subject: 'Tell me', text: 'Hello' };
    const { id } = await jobs.enqueue(TASK, mail, { notify: { email: 'boss@x.org' } });
    const told = await eventually('the mail about the end', () =>
      Promise.resolve(sink.mails.find(({ to, raw }) => to.includes('boss@x.org') && raw.includes(id))),
    );
    expect(headerOf(told, 'Subject')).toBe('email.send: completed');
  });

  it('mails a link to the file of an export that has ended, which opens without a key', async () => {
    const payload = { dataset: 'numbers', format: 'csv' };
    const { id } = await jobs.enqueue('exports.create', payload, { notify: { email: 'reader@x.org' } });
    await jobs.completed(id);
    const told = await eventually('the mail with the link', () =>
      sink.mails.find(({ to }) => to.includes('reader@x.org')),
    );
    const { text = '', html } = await simpleParser(told.raw);
    const [link = ''] = /http:\/\/\S+\/v1\/files\/\S+/.exec(text) ?? [];
    expect(html).toContain(link.replaceAll('&', '&amp;'));
    const { status, body } = await suite.api<string>('GET', link, undefined, { key: null });
    expect([status, body.trim().split(/\r?\n/)]).toEqual([200, ['N', '1', '2', '3']]);
  });

  it('pauses one campaign while other mails go, and sends the rest of it once when it is resumed', async () => {
    const people = Array.from({ length: 60 }, (_, index) => `one${index}@steered.org`);
    const id = await campaign(
      'Steered alone',
      people.map((to) => `${to},Friend`),
    );
    await eventually('its beginning', () => (begun.size >= IN_HAND ? true : undefined));
    const { body } = await jobs.ask('POST', `/v1/batches/${id}/pause`);
    const paused = Date.now();
    expect(body).toMatchObject({ id, paused: true });
    await delay(IN_FORCE_MS + 500);
    expect(Math.max(...begun.values()) - paused).toBeLessThan(IN_FORCE_MS);
    expect(begun.size).toBeLessThan(people.length);
    await jobs.completed((await jobs.enqueue(TASK, { to: 'ada@x.org', subject: 'Meanwhile', text: 'Hello' })).id);

    expect((await jobs.ask('POST', `/v1/batches/${id}/resume`)).body).toMatchObject({ paused: false });
    expect((await ended(id)).counts).toMatchObject({ completed: people.length });
    const recipients = sink.mails.filter(isAbout('Steered alone')).flatMap(({ to }) => to);
    expect(recipients.toSorted()).toEqual(people.toSorted());
    begun.clear();
  });

  it('pauses a campaign, goes on with it, and cancels what is left of it', async () => {
    const people = Array.from({ length: 150 }, (_, index) => `p${index}@steered.org`);
    const id = await campaign(
      'Steered',
      people.map((to) => `${to},Friend`),
    );
    const sent = (count: number): Promise<true> =>
      eventually(`mail ${count}`, () => (begun.size >= count ? true : undefined));
    await sent(20);
    expect((await jobs.ask('POST', '/v1/queues/email/pause')).status).toBe(200);
    const paused = Date.now();
    await delay(IN_FORCE_MS + 500);
    const whilePaused = begun.size;
    expect(Math.max(...begun.values()) - paused).toBeLessThan(IN_FORCE_MS);

    expect((await jobs.ask('POST', '/v1/queues/email/resume')).status).toBe(200);
    await sent(whilePaused + 20);
    expect((await jobs.ask('POST', `/v1/batches/${id}/cancel`)).status).toBe(202);
    const cancelled = Date.now();
    const { counts } = await ended(id);
    expect(Math.max(...begun.values()) - cancelled).toBeLessThan(IN_FORCE_MS);
    const { completed = 0, cancelled: left = 0 } = counts;
    expect([completed + left, left > 0, completed >= whilePaused]).toEqual([people.length, true, true]);
    const recipients = sink.mails.filter(isAbout('Steered')).flatMap(({ to }) => to);
    expect(new Set(recipients).size).toBe(recipients.length);
  });

  it('enters a mailbox that there is not among the suppressions of the tenant alone, after one campaign mail', async () => {
    const mail = { to: 'nobody@x.org', subject: 'News', text: 'Hello', campaign: true };
    const { id } = await jobs.enqueue(TASK, mail);
    await jobs.failed(id);
    const suppression = await jobs.ask('GET', '/v1/suppressions/nobody@x.org');
    expect(suppression.body).toMatchObject({ reason: 'bounced', detail: '550 no such user' });
    const again = await jobs.completed((await jobs.enqueue(TASK, mail)).id);
    expect(again.result).toMatchObject({ messageId: null, rejected: ['nobody@x.org'], suppressed: 'bounced' });

    const other = { name: 'other', tenant: 'other', scopes: ['jobs:read'] };
    const { body } = await jobs.ask<{ secret: string }>('POST', '/v1/api-keys', other);
    expect((await new SuiteJobs(suite, body.secret).ask('GET', '/v1/suppressions/nobody@x.org')).status).toBe(404);
  });

  it('brings nobody a mail of a campaign twice, also when a worker is killed in the middle', async () => {
    let speak = (): void => undefined;
    silence = new Promise((resolve) => (speak = resolve));
    await suite.api('PUT', '/v1/suppressions/left@x.org');
    const people = Array.from({ length: PEOPLE }, (_, index) => `p${index}@x.org`);
    const lines = [...people, 'p0@X.org', 'left@x.org', 'no mailbox'].map((to) => `${to},Friend`);
    const id = await campaign('Campaign', lines);
    const { result } = await jobs.completed(id);
    expect(result).toMatchObject({ recipients: PEOPLE + 3, queued: PEOPLE + 1, invalid: 1, suppressed: 1 });

    const offered = (): SunkMail[] => sink.offered.filter(isAbout('Campaign'));
    const handedOver = ANSWERED + IN_HAND;
    await eventually('mails in hand', () => Promise.resolve(offered().length === handedOver ? true : undefined));
    await suite.kill('email');
    speak();
    await suite.startApp('email');
    const batch = await ended(id);

    const recipients = offered().flatMap(({ to }) => to);
    expect([recipients.length, new Set(recipients).size]).toEqual([PEOPLE, PEOPLE]);
    expect(batch.counts).toMatchObject({ completed: PEOPLE - IN_HAND, failed: IN_HAND });
    const { body } = await jobs.ask<{ data: readonly Job[] }>('GET', `/v1/jobs?batchId=${id}&status=failed`);
    expect(new Set(body.data.map(({ error }) => error?.code))).toEqual(new Set(['delivery_unknown']));

    // Somebody decides that one of them may come twice.
    const [job] = body.data;
    await jobs.ask('POST', `/v1/jobs/${job?.id ?? ''}/retry`);
    await jobs.completed(job?.id ?? '');
    const ids = offered().map((mail) => headerOf(mail, 'Message-ID'));
    expect([ids.length, ids.filter((each) => each === `<${job?.id ?? ''}@example.org>`).length]).toEqual([
      PEOPLE + 1,
      2,
    ]);
  });

  it('stops its work when the server refuses the login, and says so, and no job fails of it', async () => {
    loginRefusal = { code: 535, text: 'the password has expired' };
    sink.cutOff();
    const ids = await Promise.all(
      Array.from({ length: 3 }, async (_, index) => {
        return (await jobs.enqueue(TASK, { to: 'ada@x.org', subject: `Later ${index}`, text: 'Hello' })).id;
      }),
    );
    const health = `${(await suite.process('email').ready) ?? ''}/health/ready`;
    const told = await eventually('the refusal', async () => {
      const text = await (await fetch(health)).text();
      return text.includes('the password has expired') ? text : undefined;
    });
    expect(told).toContain('refuses the login of SMTP_URL');
    expect(
      suite.log('email').filter((line) => line.includes('"level":"error"') && line.includes('password has expired')),
    ).not.toEqual([]);
    for (const id of ids) {
      const { error } = await jobs.until(id, ({ status }) => status !== 'running');
      const outcomes = (await jobs.attempts(id)).map(({ outcome }) => outcome);
      expect([error, outcomes.filter((outcome) => outcome !== 'snoozed' && outcome !== 'returned')]).toEqual([
        null,
        [],
      ]);
    }
    expect(sink.offered.filter(({ raw }) => raw.includes('Later'))).toEqual([]);
  });
});

function isAbout(subject: string): (mail: SunkMail) => boolean {
  return (mail) => headerOf(mail, 'Subject') === subject;
}
