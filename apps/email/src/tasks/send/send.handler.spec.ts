import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type JobContext } from '#libs/consumer';
import { SmtpSink } from '../../../spec/smtp-sink.js';
import { Mailer } from '../../outgoing/mailer.js';
import { SendHandler } from './send.handler.js';
import { type SendPayload } from './send.payload.js';

describe('SendHandler', () => {
  let sink: SmtpSink;
  let mailer: Mailer;
  let warnings: unknown[];
  let job: JobContext;

  beforeEach(async () => {
    sink = await SmtpSink.open({
      toRecipient: (address) => (address === 'gone@x.org' ? { code: 550, text: 'no such user' } : undefined),
    });
    const server = { host: '127.0.0.1', port: sink.port, secure: false, login: null };
    mailer = new Mailer({ server, from: { name: '', address: 'shop@example.org', domain: 'example.org' } });
    warnings = [];
    const warn = (_message: string, fields: unknown): unknown => warnings.push(fields);
    job = { id: 'job-1', signal: new AbortController().signal, log: { warn } } as unknown as JobContext;
  });
  afterEach(async () => {
    mailer.onApplicationShutdown();
    await sink.close();
  });

  const send = (to: SendPayload['to']): Promise<unknown> =>
    new SendHandler(mailer).send({ to, subject: 'Hello', text: 'Hello' }, job);

  it('sends to one mailbox', async () => {
    expect(await send('ada@x.org')).toEqual({
      ...{ messageId: '<job-1@example.org>', accepted: ['ada@x.org'], rejected: [] },
    });
    expect(warnings).toEqual([]);
  });

  it('sends one mail to a list, and logs for whom the server did not take it', async () => {
    const result = await send(['ada@x.org', 'gone@x.org', 'bob@x.org']);
    expect(result).toMatchObject({ accepted: ['ada@x.org', 'bob@x.org'], rejected: ['gone@x.org'] });
    expect(sink.mails).toEqual([expect.objectContaining({ to: ['ada@x.org', 'bob@x.org'] })]);
    expect(warnings).toEqual([{ rejected: ['gone@x.org'] }]);
  });
});
