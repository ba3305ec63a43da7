import { Readable } from 'node:stream';
import { afterEach, describe, expect, it } from '@jest/globals';
import { simpleParser } from 'mailparser';
import { headerOf, type SinkAnswers, SmtpSink } from '../../spec/smtp-sink.js';
import { ThrowAwayAuthority } from '../../../../test/support/throw-away-authority.js';
import { type Mail, Mailer, type Receipt } from './mailer.js';

const FROM = { name: 'Shop', address: 'shop@example.org', domain: 'example.org' };
const MAIL: Mail = { id: 'job-1', to: ['ada@example.net'], subject: 'Hello', text: 'Hello Ada' };
const NEVER = new AbortController().signal;

describe('Mailer', () => {
  const ends: (() => unknown)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });

  async function open(answers: SinkAnswers = {}): Promise<SmtpSink> {
    const sink = await SmtpSink.open(answers);
    ends.push(() => sink.close());
    return sink;
  }

  function mailerTo(port: number, login: { user: string; pass: string } | null = null): Mailer {
    const server = { host: '127.0.0.1', port, secure: false, login };
    const mailer = new Mailer({ server, connections: 10, from: FROM, dkim: null, ca: null });
    ends.push(() => {
      mailer.onApplicationShutdown();
    });
    return mailer;
  }

  /** A mailer to a server that is known by a name, and trusted by this certificate. */
  function trustingMailer(port: number, host: string, ca: string | null): Mailer {
    const server = { host, port, secure: false, login: null };
    const mailer = new Mailer({ server, connections: 10, from: FROM, dkim: null, ca });
    ends.push(() => {
      mailer.onApplicationShutdown();
    });
    return mailer;
  }

  async function failure(send: Promise<Receipt>): Promise<unknown> {
    return send.then(
      () => 'sent',
      (error: unknown) => error,
    );
  }

  it('hands mails over TLS to a server whose certificate its authority has signed, for its name', async () => {
    const authority = await ThrowAwayAuthority.make();
    const sink = await open({ tls: await authority.sign('localhost') });
    await trustingMailer(sink.port, 'localhost', authority.certificate).send(MAIL, NEVER);
    expect(sink.mails).toHaveLength(1);
  });

  it.each<[string, (authority: ThrowAwayAuthority) => Promise<[string, string | null]>, RegExp]>([
    ['another authority', async () => ['localhost', (await ThrowAwayAuthority.make()).certificate], /certificate/],
    ['no authority of ours', async () => ['localhost', null], /certificate/],
    ['another name', async ({ certificate }) => ['mail.example.org', certificate], /does not match certificate/],
  ])('hands nothing over to a server that is signed by or for %s', async (_what, terms, message) => {
    const authority = await ThrowAwayAuthority.make();
    const [host, ca] = await terms(authority);
    const sink = await open({ tls: await authority.sign(host) });
    const error = await failure(trustingMailer(sink.port, 'localhost', ca).send(MAIL, NEVER));
    expect(error).toMatchObject({ code: 'smtp_unreachable', message: expect.stringMatching(message) });
    expect(sink.offered).toEqual([]);
  });

  it('hands nothing over without TLS when it was told whom to trust', async () => {
    const sink = await open();
    const { certificate } = await ThrowAwayAuthority.make();
    const error = await failure(trustingMailer(sink.port, 'localhost', certificate).send(MAIL, NEVER));
    expect(error).toMatchObject({ code: 'smtp_temporary', message: expect.stringContaining('with STARTTLS: 500 ') });
    expect(sink.offered).toEqual([]);
  });

  it('sends a mail under a Message-ID made from its id', async () => {
    const sink = await open();
    const receipt = await mailerTo(sink.port).send({ ...MAIL, html: '<b>Hi</b>', replyTo: 'desk@example.org' }, NEVER);
    expect(receipt).toEqual({ messageId: '<job-1@example.org>', accepted: ['ada@example.net'], rejected: [] });
    const [mail] = sink.mails;
    if (mail === undefined) throw new Error('no mail came');
    expect(mail).toMatchObject({ from: 'shop@example.org', to: ['ada@example.net'] });
    const headers = ['Message-ID', 'From', 'To', 'Reply-To', 'Subject', 'Bcc'].map((name) => headerOf(mail, name));
    expect(headers).toEqual([
      '<job-1@example.org>',
      'Shop <shop@example.org>',
      'ada@example.net',
      'desk@example.org',
      'Hello',
      undefined,
    ]);
    expect(mail.raw).toContain('Hello Ada');
    expect(mail.raw).toContain('<b>Hi</b>');
  });

  it('sends to those of cc and bcc as well, by their names, and shows nobody those of bcc', async () => {
    const sink = await open();
    const [to, cc] = [
      [{ name: 'Ann Ä', address: 'ann@x.org' }, 'bob@x.org'],
      [{ name: 'Cy, Dr.', address: 'cy@x.org' }],
    ];
    const receipt = await mailerTo(sink.port).send({ ...MAIL, to, cc, bcc: ['di@x.org'] }, NEVER);
    const all = ['ann@x.org', 'bob@x.org', 'cy@x.org', 'di@x.org'];
    expect(receipt).toMatchObject({ accepted: all, rejected: [] });
    const [mail] = sink.mails;
    expect(mail?.to).toEqual(all);
    expect(mail?.raw).not.toMatch(/bcc|di@x\.org/i);
    const { headers } = await simpleParser(mail?.raw ?? '');
    expect(headers.get('to')).toMatchObject({ value: [to[0], { name: '', address: 'bob@x.org' }] });
    expect(headers.get('cc')).toMatchObject({ value: cc });
  });

  it('sends no line of blanks alone, which could end the head, however many are in what it is given', async () => {
    const sink = await open();
    const wide = ` a${' '.repeat(190)}b `;
    const [to, cc] = ['ann@x.org', 'bob@x.org'].map((address) => [{ name: wide, address }]);
    const file = { filename: wide, contentType: 'text/csv', content: Readable.from(['x']) };
    await mailerTo(sink.port).send({ ...MAIL, to: to ?? [], cc, subject: wide, attachments: [file] }, NEVER);
    const raw = sink.mails[0]?.raw ?? '';
    expect(raw).not.toMatch(/^[ \t]+\r$/m);
    const { headers, subject, attachments } = await simpleParser(raw);
    expect([subject, attachments[0]?.filename]).toEqual(['a b', 'a b']);
    expect(headers.get('to')).toMatchObject({ value: [{ name: 'a b', address: 'ann@x.org' }] });
    expect(headers.get('cc')).toMatchObject({ value: [{ name: 'a b', address: 'bob@x.org' }] });
  });

  it.each([
    'Ann" <evil@x.org>, "Bob',
    'evil@x.org',
    '<evil@x.org>',
    'friends: evil@x.org;',
    'Ä <evil@x.org>, Ö',
    '=?utf-8?Q?a=0D=0ABcc:_evil@x.org?=',
    'Ann\r\nBcc: evil@x.org',
    `${'n'.repeat(190)}, evil@x.org`,
    'Ann\\',
  ])('sends to nobody else when a name is %j', async (name) => {
    const sink = await open();
    const [to, cc] = ['ann@x.org', 'bob@x.org'].map((address) => [{ name, address }]);
    await mailerTo(sink.port).send({ ...MAIL, to: to ?? [], cc, replyTo: 'desk@x.org' }, NEVER);
    expect(sink.offered.map((mail) => mail.to)).toEqual([['ann@x.org', 'bob@x.org']]);
    const { headers } = await simpleParser(sink.offered[0]?.raw ?? '');
    const addresses = ['to', 'cc', 'reply-to', 'bcc'].map((field) => {
      const { value } = (headers.get(field) ?? { value: [] }) as { value: readonly { readonly address: string }[] };
      return value.map(({ address }) => address);
    });
    expect(addresses).toEqual([['ann@x.org'], ['bob@x.org'], ['desk@x.org'], []]);
  });

  it('keeps a connection for the next mail, and connects no earlier than for the first', async () => {
    const sink = await open();
    const mailer = mailerTo(sink.port);
    expect(sink.connections).toBe(0);
    await mailer.send(MAIL, NEVER);
    await mailer.send(MAIL, NEVER);
    expect([sink.connections, sink.mails.length]).toEqual([1, 2]);
  });

  it('calls a 4xx answer temporary and sends the same Message-ID the next time', async () => {
    const sink = await open({
      toMail: () => (sink.offered.length === 1 ? { code: 451, text: 'come back later' } : undefined),
    });
    const mailer = mailerTo(sink.port);
    expect(await failure(mailer.send(MAIL, NEVER))).toMatchObject({
      name: 'TemporaryError',
      code: 'smtp_temporary',
      message: expect.stringContaining('451 come back later'),
    });
    await mailer.send(MAIL, NEVER);
    expect(sink.offered.map((mail) => headerOf(mail, 'Message-ID'))).toEqual(Array(2).fill('<job-1@example.org>'));
    expect(sink.mails).toHaveLength(1);
  });

  it('calls a 5xx answer to every recipient permanent, with what the server said', async () => {
    const sink = await open({ toRecipient: () => ({ code: 550, text: `no such user ${'x'.repeat(2_000)}` }) });
    const error = await failure(mailerTo(sink.port).send(MAIL, NEVER));
    expect(error).toMatchObject({ name: 'PermanentError', code: 'smtp_rejected' });
    expect((error as Error).message).toContain('550 no such user');
    expect((error as Error).message.length).toBeLessThan(1_200);
    expect(sink.offered).toEqual([]);
  });

  it('calls it temporary when one of the refused recipients may be taken later', async () => {
    const sink = await open({ toRecipient: (address) => ({ code: address.startsWith('a') ? 450 : 550, text: 'no' }) });
    const error = await failure(mailerTo(sink.port).send({ ...MAIL, to: ['a@x.org', 'b@x.org'] }, NEVER));
    expect(error).toMatchObject({ code: 'smtp_temporary' });
  });

  it('tells whom the server took the mail for', async () => {
    const sink = await open({
      toRecipient: (address) => (address === 'b@x.org' ? { code: 550, text: 'no' } : undefined),
    });
    const receipt = await mailerTo(sink.port).send({ ...MAIL, to: ['a@x.org', 'b@x.org'] }, NEVER);
    expect(receipt).toMatchObject({ accepted: ['a@x.org'], rejected: ['b@x.org'] });
    expect(sink.mails).toEqual([expect.objectContaining({ to: ['a@x.org'] })]);
  });

  it('calls a server that refuses connections unreachable, which is temporary', async () => {
    const sink = await SmtpSink.open();
    const { port } = sink;
    await sink.close();
    expect(await failure(mailerTo(port).send(MAIL, NEVER))).toMatchObject({
      name: 'TemporaryError',
      code: 'smtp_unreachable',
    });
  });

  it('logs in, and comes to a standstill when the login is refused', async () => {
    const sink = await open({
      toLogin: (user, pass) => (`${user}:${pass}` === 'me:right' ? undefined : { code: 535, text: 'wrong' }),
    });
    await mailerTo(sink.port, { user: 'me', pass: 'right' }).send(MAIL, NEVER);
    const error = await failure(mailerTo(sink.port, { user: 'me', pass: 'canary' }).send(MAIL, NEVER));
    expect(error).toMatchObject({ name: 'Standstill', reason: expect.stringContaining('535 wrong') });
    expect((error as Error).message).not.toContain('canary');
    expect(sink.mails).toHaveLength(1);
  });

  it('tries a login that is refused once, whatever there is to send', async () => {
    let tries = 0;
    const sink = await open({
      toLogin: () => {
        tries += 1;
        return { code: 535, text: 'wrong' };
      },
    });
    const mailer = mailerTo(sink.port, { user: 'me', pass: 'wrong' });
    const errors = await Promise.all(
      Array.from({ length: 20 }, () => failure(mailer.send(MAIL, new AbortController().signal))),
    );
    expect(errors).toEqual(Array(20).fill(expect.objectContaining({ name: 'Standstill' })));
    expect(await failure(mailer.send(MAIL, NEVER))).toMatchObject({ name: 'Standstill' });
    expect(tries).toBe(1);
  });

  it('comes to a standstill when the sender is refused, which all mails have', async () => {
    const sink = await open({ toSender: () => ({ code: 553, text: '5.7.1 sender not owned by user' }) });
    const error = await failure(mailerTo(sink.port).send(MAIL, NEVER));
    expect(error).toMatchObject({ name: 'Standstill', reason: expect.stringContaining('553 5.7.1 sender not owned') });
    expect((error as Error).message).toContain('MAIL_FROM');
  });

  it('calls it permanent when a mail is larger than the server takes', async () => {
    const sink = await open({ toSender: () => ({ code: 552, text: '5.3.4 message too big' }) });
    expect(await failure(mailerTo(sink.port).send(MAIL, NEVER))).toMatchObject({ code: 'smtp_rejected' });
  });

  it('calls it temporary when the login is refused for now', async () => {
    const sink = await open({ toLogin: () => ({ code: 454, text: 'busy' }) });
    const error = await failure(mailerTo(sink.port, { user: 'me', pass: 'right' }).send(MAIL, NEVER));
    expect(error).toMatchObject({ code: 'smtp_temporary', message: expect.stringContaining('454 busy') });
  });

  it('comes to a standstill when the server wants a login and there is none', async () => {
    const sink = await open({ toLogin: () => undefined });
    const error = await failure(mailerTo(sink.port).send(MAIL, NEVER));
    expect(error).toMatchObject({ name: 'Standstill', reason: expect.stringContaining('530') });
  });

  it('keeps the end of a mail back until it may be handed over', async () => {
    const sink = await open();
    const offered: number[] = [];
    const before = async (): Promise<void> => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      offered.push(sink.offered.length);
    };
    await mailerTo(sink.port).send({ ...MAIL, end: { before, out: () => undefined } }, NEVER);
    expect([offered, sink.mails.length]).toEqual([[0], 1]);
  });

  it('hands nothing over when that fails, and goes on with the next mail', async () => {
    const sink = await open();
    const mailer = mailerTo(sink.port);
    const before = async (): Promise<void> => Promise.reject(new Error('the disk is full'));
    expect(await failure(mailer.send({ ...MAIL, end: { before, out: () => undefined } }, NEVER))).toMatchObject({
      message: expect.stringContaining('the disk is full'),
    });
    await mailer.send({ ...MAIL, id: 'job-2' }, NEVER);
    expect(sink.mails.map((mail) => headerOf(mail, 'Message-ID'))).toEqual(['<job-2@example.org>']);
  });

  it('tells a server that has the whole mail and says nothing from one that has not', async () => {
    const sink = await open({
      toMail: () => {
        sink.cutOff();
        return undefined;
      },
    });
    expect(await failure(mailerTo(sink.port).send(MAIL, NEVER))).toMatchObject({
      name: 'TemporaryError',
      code: 'smtp_unanswered',
    });
  });

  it('attaches files and shows images in place, and has further headers', async () => {
    const sink = await open();
    const attachments = [
      { filename: 'Rechnung Ä.txt', contentType: 'text/plain', content: Readable.from(['paid']) },
      { filename: 'logo.png', contentType: 'image/png', content: Readable.from(['png']), cid: 'logo' },
    ];
    const headers = { 'List-Unsubscribe': `<https://x.org/${'u'.repeat(200)}>` };
    await mailerTo(sink.port).send({ ...MAIL, html: '<img src="cid:logo">', attachments, headers }, NEVER);
    const { attachments: found, headers: head } = await simpleParser(sink.mails[0]?.raw ?? '');
    expect(found.map(({ filename, content, cid }) => [filename, content.toString(), cid])).toEqual([
      ['logo.png', 'png', 'logo'],
      ['Rechnung Ä.txt', 'paid', undefined],
    ]);
    expect(head.get('list')).toMatchObject({ unsubscribe: { url: `https://x.org/${'u'.repeat(200)}` } });
  });

  it.each(['b@x.org\r\nBcc: evil@x.org', 'b@x.org, evil@x.org', 'friends: evil@x.org;', '"b@x.org, evil@x.org"'])(
    'sends nothing when a recipient that was never validated is %j',
    async (address) => {
      const sink = await open();
      const mailer = mailerTo(sink.port);
      const lists = [{ to: [address] }, { cc: [address] }, { bcc: [address] }, { to: [{ name: 'B', address }] }];
      for (const list of lists) await failure(mailer.send({ ...MAIL, ...list }, NEVER));
      expect(sink.offered.flatMap(({ to }) => to)).not.toContain('evil@x.org');
    },
  );

  it('reads no file or address in place of a text', async () => {
    const sink = await open();
    const html = { path: import.meta.filename } as unknown as string;
    expect(await failure(mailerTo(sink.port).send({ ...MAIL, html }, NEVER))).toMatchObject({
      message: expect.stringMatching(/access/i),
    });
    expect(sink.offered).toEqual([]);
  });

  it('ends with the reason of its signal while the server is silent', async () => {
    const job = new AbortController();
    const sink = await open({
      toRecipient: () => {
        job.abort(new Error('cancelled'));
        return undefined;
      },
    });
    expect(await failure(mailerTo(sink.port).send(MAIL, job.signal))).toEqual(new Error('cancelled'));
    expect(sink.mails).toEqual([]);
  });

  it('offers nothing when its signal is aborted already', async () => {
    const sink = await open();
    expect(await failure(mailerTo(sink.port).send(MAIL, AbortSignal.abort(new Error('late'))))).toEqual(
      new Error('late'),
    );
    expect(sink.connections).toBe(0);
  });
});
