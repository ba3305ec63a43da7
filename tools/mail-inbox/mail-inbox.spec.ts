import { type AddressInfo } from 'node:net';
import { type Server } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createTransport } from 'nodemailer';
import { type SMTPServer } from 'smtp-server';
import { type KeptMail } from './kept-mail.js';
import { receiveMails } from './mail-receiver.js';
import { showMails } from './mail-pages.js';
import { MailStore } from './mail-store.js';

const EVIL = '<script>alert("x")</script>';

describe('the development inbox', () => {
  let receiver: SMTPServer;
  let pages: Server;
  let url: string;

  beforeEach(async () => {
    const store = new MailStore(3, 1_000_000);
    receiver = await receiveMails(store, 0);
    pages = await showMails(store, 0);
    url = `http://127.0.0.1:${(pages.address() as AddressInfo).port}/`;
  });
  afterEach(async () => {
    pages.close();
    await new Promise<void>((resolve) => {
      receiver.close(resolve);
    });
  });

  async function send(subject: string, content: object = { text: 'Hello' }): Promise<void> {
    const { port } = receiver.server.address() as AddressInfo;
    const transport = createTransport({ host: '127.0.0.1', port });
    await transport.sendMail({ from: 'Shop <shop@x.org>', to: ['a@x.org'], bcc: 'b@x.org', subject, ...content });
    transport.close();
  }

  async function messages(): Promise<KeptMail[]> {
    return (await (await fetch(new URL('messages', url))).json()) as KeptMail[];
  }

  it('tells programs what came in, with everybody it was meant for', async () => {
    const attachments = [{ filename: 'a.txt', content: 'abc', contentType: 'text/plain' }];
    await send('Hällo', { text: 'Hello', html: '<b>Hello</b>', messageId: '<1@x.org>', attachments });
    expect(await messages()).toEqual([
      {
        id: expect.any(String),
        from: '"Shop" <shop@x.org>',
        to: ['a@x.org', 'b@x.org'],
        subject: 'Hällo',
        text: expect.stringMatching(/^Hello\n?$/),
        html: '<b>Hello</b>',
        attachments: [{ filename: 'a.txt', contentType: 'text/plain', size: 3 }],
        receivedAt: expect.stringMatching(/^\d{4}-.*Z$/),
        messageId: '<1@x.org>',
      },
    ]);
  });

  it('keeps the latest mails, newest first', async () => {
    for (const subject of ['1', '2', '3', '4']) await send(subject);
    expect((await messages()).map(({ subject }) => subject)).toEqual(['4', '3', '2']);
  });

  it('shows a mail without running what is in it', async () => {
    await send(EVIL, { text: EVIL, html: `${EVIL}"><b>` });
    const [mail] = await messages();
    const list = await fetch(url);
    const page = await fetch(new URL(`mails/${mail?.id ?? ''}`, url));
    expect([list.status, page.status]).toEqual([200, 200]);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    const [listText, pageText] = [await list.text(), await page.text()];
    expect(`${listText}${pageText}`).not.toContain('<script');
    const [, rights = 'all', content] = /<iframe sandbox="([^"]*)" srcdoc="([^"]*)"/.exec(pageText) ?? [];
    expect(rights).not.toMatch(/scripts|forms|same-origin|top-navigation/);
    expect(content).toContain('&lt;script&gt;alert(&quot;x&quot;)');
  });

  it('opens what a mail links to in a tab of its own, where a frame of the page may not lead', async () => {
    await send('link', { html: '<a href="https://x.org">Download</a>' });
    const [mail] = await messages();
    const page = await (await fetch(new URL(`mails/${mail?.id ?? ''}`, url))).text();
    expect(page).toContain(
      '<iframe sandbox="allow-popups allow-popups-to-escape-sandbox" srcdoc="&lt;base target=&quot;_blank&quot;&gt;&lt;a ',
    );
  });

  it('has no page for a mail that is gone', async () => {
    expect((await fetch(new URL('mails/none', url))).status).toBe(404);
  });

  it('takes no orders', async () => {
    expect((await fetch(new URL('messages', url), { method: 'DELETE' })).status).toBe(405);
  });

  it('refuses a mail that is too large', async () => {
    await expect(send('large', { text: 'x'.repeat(26 * 1_024 * 1_024) })).rejects.toThrow(/exceeds|552|larger/);
    expect(await messages()).toEqual([]);
  });
});

describe('MailStore', () => {
  it('lets the oldest go when all together are too large, and keeps the last', () => {
    const store = new MailStore(10, 100);
    const mail = (id: string): KeptMail => ({
      ...{ id, from: '', to: [], subject: '', text: null, html: null },
      ...{ attachments: [], receivedAt: '', messageId: null },
    });
    store.add(mail('a'), 60);
    store.add(mail('b'), 50);
    expect(store.mails.map(({ id }) => id)).toEqual(['b']);
    store.add(mail('c'), 500);
    expect(store.mails.map(({ id }) => id)).toEqual(['c']);
    expect(store.find('b')).toBeUndefined();
  });
});
