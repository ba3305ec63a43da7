import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
// eslint-disable-next-line no-restricted-imports -- the server that the app's own specs talk to is no part of the app
import { headerOf, SmtpSink, type SunkMail } from '../../apps/email/spec/smtp-sink.js';
import { eventually } from '../support/eventually.js';
import { SuiteJobs } from '../support/suite-jobs.js';
import { startSuite, type TestSuite } from '../support/test-suite.js';

jest.setTimeout(60_000);

const TASK = 'email.send';
/** Mails of a campaign that the server answers before it falls silent. */
const ANSWERED = 15;
const PEOPLE = 40;
/** Of one process of the app, unless it is told otherwise. */
const IN_HAND = 10;

describe('email.send', () => {
  let sink: SmtpSink;
  let suite: TestSuite;
  let jobs: SuiteJobs;

  /** While it waits the server says nothing of a campaign's mails. */
  let silence: Promise<void> | undefined;

  beforeAll(async () => {
    sink = await SmtpSink.open({
      toMail: async (mail) => {
        if (isAbout('Campaign')(mail) && sink.offered.filter(isAbout('Campaign')).length > ANSWERED) await silence;
        const first = isAbout('Try twice')(mail) && sink.offered.filter(isAbout('Try twice')).length === 1;
        return first ? { code: 451, text: 'come back later' } : undefined;
      },
      toRecipient: (address) => (address === 'nobody@x.org' ? { code: 550, text: 'no such user' } : undefined),
    });
    const env = { SMTP_URL: `smtp://127.0.0.1:${sink.port}`, MAIL_FROM: 'Shop <shop@example.org>' };
    suite = await startSuite({ apps: ['email'], env });
    jobs = new SuiteJobs(suite);
  });
  afterAll(async () => {
    await suite.stop();
    await sink.close();
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

  it('brings nobody a mail of a campaign twice, also when a worker is killed in the middle', async () => {
    let speak = (): void => undefined;
    silence = new Promise((resolve) => (speak = resolve));
    await suite.api('PUT', '/v1/suppressions/left@x.org');
    const people = Array.from({ length: PEOPLE }, (_, index) => `p${index}@x.org`);
    const lines = [...people, 'p0@X.org', 'left@x.org', 'no mailbox'].map((to) => `${to},Friend`);
    const file = await suite.leveret.files.upload(`to,name\n${lines.join('\n')}\n`, { filename: 'people.csv' });
    const bulk = { template: 'welcome', subject: 'Campaign', recipientsFile: { key: file.key } };
    const { id } = await jobs.enqueue('email.send-bulk', bulk);
    const { result } = await jobs.completed(id);
    expect(result).toMatchObject({ recipients: PEOPLE + 3, queued: PEOPLE + 1, invalid: 1, suppressed: 1 });

    const offered = (): SunkMail[] => sink.offered.filter(isAbout('Campaign'));
    const handedOver = ANSWERED + IN_HAND;
    await eventually('mails in hand', () => Promise.resolve(offered().length === handedOver ? true : undefined));
    await suite.kill('email');
    speak();
    await suite.startApp('email');
    const batch = await eventually('the campaign', async () => {
      const { body } = await jobs.ask<{ completedAt: string | null; counts: Record<string, number> }>(
        'GET',
        `/v1/batches/${id}`,
      );
      return body.completedAt === null ? undefined : body;
    });

    const recipients = offered().flatMap(({ to }) => to);
    expect([recipients.length, new Set(recipients).size]).toEqual([PEOPLE, PEOPLE]);
    expect(batch.counts).toMatchObject({ completed: PEOPLE - IN_HAND, failed: IN_HAND });
    const { body } = await jobs.ask<{ data: { error: { code: string } }[] }>(
      'GET',
      `/v1/jobs?batchId=${id}&status=failed`,
    );
    expect(new Set(body.data.map(({ error }) => error.code))).toEqual(new Set(['delivery_unknown']));
  });
});

function isAbout(subject: string): (mail: SunkMail) => boolean {
  return (mail) => headerOf(mail, 'Subject') === subject;
}
