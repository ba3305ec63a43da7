import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
// eslint-disable-next-line no-restricted-imports -- the server that the app's own specs talk to is no part of the app
import { headerOf, SmtpSink, type SunkMail } from '../../apps/email/spec/smtp-sink.js';
import { SuiteJobs } from '../support/suite-jobs.js';
import { startSuite, type TestSuite } from '../support/test-suite.js';

jest.setTimeout(60_000);

const TASK = 'email.send';

describe('email.send', () => {
  let sink: SmtpSink;
  let suite: TestSuite;
  let jobs: SuiteJobs;

  beforeAll(async () => {
    sink = await SmtpSink.open({
      toMail: (mail) =>
        isAbout('Try twice')(mail) && sink.offered.filter(isAbout('Try twice')).length === 1
          ? { code: 451, text: 'come back later' }
          : undefined,
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
});

function isAbout(subject: string): (mail: SunkMail) => boolean {
  return (mail) => headerOf(mail, 'Subject') === subject;
}
