import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { simpleParser } from 'mailparser';
import { jobInMemory, type JobInMemory } from '../../../spec/job-in-memory.js';
import { SmtpSink } from '../../../spec/smtp-sink.js';
import { Mailer } from '../../outgoing/mailer.js';
import { Templates } from '../../templates/templates.js';
import { SendHandler } from './send.handler.js';
import { type SendPayload } from './send.payload.js';

const TEXT = { to: 'ada@x.org', subject: 'Hello', text: 'Hello' } as const;

describe('email.send', () => {
  let templates: Templates;
  let sink: SmtpSink;
  let mailer: Mailer;
  let job: JobInMemory;

  beforeAll(async () => {
    templates = await Templates.open(null);
  });
  beforeEach(async () => {
    sink = await SmtpSink.open({
      toRecipient: (address) => (address === 'gone@x.org' ? { code: 550, text: 'no such user' } : undefined),
    });
    const server = { host: '127.0.0.1', port: sink.port, secure: false, login: null };
    const from = { name: 'Shop', address: 'shop@example.org', domain: 'example.org' };
    mailer = new Mailer({ server, from, dkim: null });
    job = jobInMemory({ id: '01970000-0000-7000-8000-00000000000a' });
  });
  afterEach(async () => {
    mailer.onApplicationShutdown();
    await sink.close();
  });

  const send = (payload: SendPayload): Promise<unknown> =>
    new SendHandler(mailer, templates).send(payload, job.context);

  it('sends to one mailbox', async () => {
    expect(await send({ ...TEXT })).toEqual({
      messageId: '<01970000-0000-7000-8000-00000000000a@example.org>',
      ...{ accepted: ['ada@x.org'], rejected: [] },
    });
    expect(job.logged).toEqual([]);
  });

  it('sends one mail to a list, and logs for whom the server did not take it', async () => {
    const result = await send({ ...TEXT, to: ['ada@x.org', 'gone@x.org', 'bob@x.org'] });
    expect(result).toMatchObject({ accepted: ['ada@x.org', 'bob@x.org'], rejected: ['gone@x.org'] });
    expect(sink.mails).toEqual([expect.objectContaining({ to: ['ada@x.org', 'bob@x.org'] })]);
    expect(job.logged.map(({ fields }) => fields)).toEqual([{ rejected: ['gone@x.org'] }]);
  });

  it('fills a template: its own subject, HTML that is escaped, and a text part', async () => {
    await send({ to: 'ada@x.org', template: 'welcome', data: { name: 'Ada <b>L</b>' } });
    const mail = await simpleParser(sink.mails[0]?.raw ?? '');
    expect(mail.subject).toBe('Welcome, Ada <b>L</b>');
    expect(mail.html).toContain('Ada &lt;b&gt;L&lt;/b&gt;');
    expect(mail.html).not.toContain('<b>L</b>');
    expect(mail.text).toContain('Hello Ada <b>L</b>,');
  });

  it('takes the subject that is given before that of the template', async () => {
    await send({ to: 'ada@x.org', subject: 'Hello {{ name }}', template: 'welcome', data: { name: 'Ada' } });
    expect((await simpleParser(sink.mails[0]?.raw ?? '')).subject).toBe('Hello {{ name }}');
  });

  it('names the data that a template misses', async () => {
    await expect(send({ to: 'ada@x.org', template: 'welcome', data: {} })).rejects.toMatchObject({
      ...{ name: 'PermanentError', code: 'invalid_template_data' },
      message: expect.stringContaining('data.name is required'),
    });
    expect(sink.offered).toEqual([]);
  });

  it('attaches stored files, under their own names or others', async () => {
    const bill = job.give(Buffer.from('paid'), { filename: 'bill.txt' });
    const logo = job.give(Buffer.from('png'), { contentType: 'image/png' });
    await send({ ...TEXT, attachments: [{ file: bill }, { file: logo, filename: 'logo.png', cid: 'logo' }] });
    const { attachments } = await simpleParser(sink.mails[0]?.raw ?? '');
    expect(attachments.map(({ filename, content, cid }) => [filename, content.toString(), cid])).toEqual([
      ['bill.txt', 'paid', undefined],
      ['logo.png', 'png', 'logo'],
    ]);
  });

  it('refuses files that are more than a mail can carry, and files that are not there', async () => {
    const half = job.give(Buffer.alloc(8 * 2 ** 20));
    const sent = send({ ...TEXT, attachments: [{ file: half }, { file: half }] });
    await expect(sent).rejects.toMatchObject({ code: 'attachments_too_large' });
    await expect(send({ ...TEXT, attachments: [{ file: { key: 'default/none' } }] })).rejects.toMatchObject({
      code: 'file_not_found',
    });
    expect(sink.offered).toEqual([]);
  });
});
