import { afterEach, describe, expect, it } from '@jest/globals';
import { SmtpSink } from '../../spec/smtp-sink.js';
import { Mailer } from './mailer.js';
import { missingMailbox } from './missing-mailbox.js';

const FROM = { name: 'Shop', address: 'shop@example.org', domain: 'example.org' };
const MAIL = { id: 'job-1', to: ['ada@example.net'], subject: 'Hello', text: 'Hello Ada' };

describe('a recipient that the server refuses', () => {
  const ends: (() => unknown)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });

  async function answerTo(code: number, text: string): Promise<string | undefined> {
    const sink = await SmtpSink.open({ toRecipient: () => ({ code, text }) });
    ends.push(() => sink.close());
    const server = { host: '127.0.0.1', port: sink.port, secure: false, login: null };
    const mailer = new Mailer({ server, connections: 1, from: FROM, dkim: null, ca: null });
    ends.push(() => {
      mailer.onApplicationShutdown();
    });
    return mailer.send(MAIL, new AbortController().signal).then(
      () => 'sent',
      (error: unknown) => missingMailbox(error),
    );
  }

  it.each([
    [550, '5.1.1 The email account that you tried to reach does not exist'],
    [550, '5.1.10 Recipient not found'],
    [554, '5.2.1 Mailbox disabled'],
    [550, 'no such user'],
    [550, 'No such user here'],
    [550, 'Unknown user'],
    [550, '<ada@example.net>: User unknown'],
    [553, 'Mailbox <ada@example.net> does not exist'],
  ])('is missing: %i %s', async (code, text) => {
    expect(await answerTo(code, text)).toBe(`${code} ${text}`);
  });

  it.each([
    [550, 'relay not permitted'],
    [550, 'Sender verify failed'],
    [550, 'Your IP is blacklisted'],
    [550, '5.7.1 Service unavailable; client [5.1.1.8] blocked'],
    [550, 'client [5.1.1.8] blocked'],
    [550, '5.7.1 relaying denied'],
    [550, '5.1.8 Sender address rejected: unknown user'],
    [550, 'Sender address rejected: user unknown'],
    [550, 'Requested action not taken: mailbox unavailable'],
    [553, 'sorry, that domain is not in my list of allowed rcpthosts'],
    [551, 'no'],
    [450, 'no such user'],
  ])('may be there: %i %s', async (code, text) => {
    expect(await answerTo(code, text)).toBeUndefined();
  });
});
