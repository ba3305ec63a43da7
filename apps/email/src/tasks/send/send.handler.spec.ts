import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { simpleParser } from 'mailparser';
import { RetryAfter } from '#libs/consumer';
import { jobInMemory, type JobInMemory } from '#libs/consumer-testing';
import { headerOf, type Refusal, SmtpSink } from '../../../spec/smtp-sink.js';
import { Suppressions, UnsubscribeLinks } from '#libs/suppressions';
import { storageInMemory } from '../../../spec/storage-in-memory.js';
import { Mailer } from '../../outgoing/mailer.js';
import { Traffic } from '../../outgoing/traffic.js';
import { JobNotes } from '../../storage/job-notes.js';
import { Templates } from '../../templates/templates.js';
import { CampaignMail } from './campaign-mail.js';
import { Delivery } from './delivery.js';
import { SendHandler } from './send.handler.js';
import { type SendPayload } from './send.payload.js';

const REFUSED: Readonly<Record<string, Refusal>> = {
  'gone@x.org': { code: 550, text: 'no such user' },
  'moved@x.org': { code: 550, text: '5.1.1 unknown user' },
  'relay@x.org': { code: 550, text: '5.7.1 relaying denied' },
};

const TEXT = { to: 'ada@x.org', subject: 'Hello', text: 'Hello' } as const;

describe('email.send', () => {
  let templates: Templates;
  let sink: SmtpSink;
  let mailer: Mailer;
  let job: JobInMemory;
  let suppressions: Suppressions;
  let campaign: CampaignMail;
  let storage: ReturnType<typeof storageInMemory>;
  const traffic = new Traffic({ rates: { all: null, byDomain: new Map() }, connections: 10 });
  /** What the server does with the next mails, once it has them. */
  let onMail: () => Refusal | undefined;
  /** What it does with the next recipients. */
  let onRecipient: (address: string) => Promise<void>;

  beforeAll(async () => {
    templates = await Templates.open(null);
  });
  beforeEach(async () => {
    onMail = () => undefined;
    onRecipient = async () => undefined;
    sink = await SmtpSink.open({
      toRecipient: async (address) => {
        await onRecipient(address);
        return REFUSED[address];
      },
      toMail: () => onMail(),
    });
    storage = storageInMemory();
    suppressions = new Suppressions(storage);
    const unsubscribe = { secret: 'a secret of the tests, long enough', publicUrl: 'https://jobs.example.org' };
    campaign = new CampaignMail(suppressions, unsubscribe);
    const server = { host: '127.0.0.1', port: sink.port, secure: false, login: null };
    const from = { name: 'Shop', address: 'shop@example.org', domain: 'example.org' };
    mailer = new Mailer({ server, connections: 10, from, dkim: null, ca: null });
    job = jobInMemory({ id: '01970000-0000-7000-8000-00000000000a' });
  });
  afterEach(async () => {
    mailer.onApplicationShutdown();
    await sink.close();
  });

  const send = (payload: SendPayload, as = job): Promise<unknown> =>
    new SendHandler(new Delivery(mailer, traffic), templates, campaign, new JobNotes(storage)).send(
      payload,
      as.context,
    );

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

  it('sends one mail to cc and bcc as well, and logs for whom of all the server did not take it', async () => {
    const to = { name: 'Ada Lovelace', address: 'ada@x.org' };
    const result = await send({ ...TEXT, to, cc: ['gone@x.org'], bcc: ['bob@x.org'] });
    expect(result).toMatchObject({ accepted: ['ada@x.org', 'bob@x.org'], rejected: ['gone@x.org'] });
    expect(sink.mails.map((mail) => headerOf(mail, 'To'))).toEqual(['Ada Lovelace <ada@x.org>']);
  });

  it('keeps to the rates of the domains in cc and bcc as well', async () => {
    const rates = { all: null, byDomain: new Map([['slow.org', 0.1]]) };
    const slow = new Delivery(mailer, new Traffic({ rates, connections: 10 }));
    const handler = new SendHandler(slow, templates, campaign, new JobNotes(storage));
    await handler.send({ ...TEXT, cc: ['a@slow.org'] }, job.context);
    await expect(handler.send({ ...TEXT, bcc: ['b@slow.org'] }, job.context)).rejects.toBeInstanceOf(RetryAfter);
    expect(sink.mails).toHaveLength(1);
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

  it('is sent once more, and no more, when the server has a mail and does not say so', async () => {
    onMail = () => {
      sink.cutOff();
      return undefined;
    };
    await expect(send({ ...TEXT })).rejects.toMatchObject({ name: 'TemporaryError', code: 'smtp_unanswered' });
    const again = job.again({ attempt: 2 });
    await expect(send({ ...TEXT }, again)).rejects.toMatchObject({ name: 'PermanentError', code: 'delivery_unknown' });
  });

  it('is sent once more also when the first attempt failed of something else', async () => {
    onMail = () => {
      if (sink.offered.length === 1) return { code: 451, text: 'greylisted' };
      sink.cutOff();
      return undefined;
    };
    await expect(send({ ...TEXT })).rejects.toMatchObject({ code: 'smtp_temporary' });
    const second = job.again({ attempt: 2 });
    await expect(send({ ...TEXT }, second)).rejects.toMatchObject({ name: 'TemporaryError', code: 'smtp_unanswered' });
    const third = second.again({ attempt: 3 });
    await expect(send({ ...TEXT }, third)).rejects.toMatchObject({ name: 'PermanentError', code: 'delivery_unknown' });
  });

  it('is sent once more, and no more, when its runs are stopped after the server has it', async () => {
    const stoppedOnMail = (run: JobInMemory): Promise<unknown> => {
      const stopped = new AbortController();
      onMail = () => {
        stopped.abort(new Error('stopped'));
        return undefined;
      };
      return send({ ...TEXT }, run.again({ signal: stopped.signal }));
    };
    await expect(stoppedOnMail(job)).rejects.toThrow('stopped');
    await expect(stoppedOnMail(job.again())).rejects.toThrow('stopped');
    expect(sink.offered).toHaveLength(2);
    const third = job.again().again().again();
    await expect(send({ ...TEXT }, third)).rejects.toMatchObject({ name: 'PermanentError', code: 'delivery_unknown' });
    expect(sink.offered).toHaveLength(2);
    expect(await send({ ...TEXT }, third.again({ maxAttempts: 10 }))).toMatchObject({ accepted: ['ada@x.org'] });
  });

  it('is not sent while nobody can say how often it was', async () => {
    onMail = () => {
      sink.cutOff();
      return undefined;
    };
    storage.create = () => Promise.reject(new Error('the storage is down'));
    storage.read = () => Promise.reject(new Error('the storage is down'));
    await expect(send({ ...TEXT })).rejects.toThrow('the storage is down');
    await expect(send({ ...TEXT }, job.again())).rejects.toThrow('the storage is down');
    expect(sink.offered).toHaveLength(1);
  });

  describe('of a campaign', () => {
    const MAIL = { ...TEXT, campaign: true };

    it('has a link by which its recipient unsubscribes, in its head and where the template shows it', async () => {
      const data = templates.get('newsletter').preview;
      await send({ to: 'ada@x.org', template: 'newsletter', data, campaign: true });
      const [mail] = sink.mails;
      if (mail === undefined) throw new Error('no mail came');
      const [, url = ''] =
        /^<(https:\/\/jobs\.example\.org\/unsubscribe\/\S+)>$/.exec(headerOf(mail, 'List-Unsubscribe') ?? '') ?? [];
      const links = new UnsubscribeLinks('a secret of the tests, long enough');
      expect(links.recipientIn(url.split('/').at(-1) ?? '')).toEqual({ tenant: 'default', address: 'ada@x.org' });
      expect(headerOf(mail, 'List-Unsubscribe-Post')).toBe('List-Unsubscribe=One-Click');
      expect((await simpleParser(mail.raw)).html).toContain(`<a href="${url}">Unsubscribe</a>`);
    });

    it('has no one-click header where its link is no HTTPS', async () => {
      const secret = 'a secret of the tests, long enough';
      campaign = new CampaignMail(suppressions, { secret, publicUrl: 'http://127.0.0.1:3000' });
      await send({ ...MAIL });
      const [mail] = sink.mails;
      if (mail === undefined) throw new Error('no mail came');
      expect(headerOf(mail, 'List-Unsubscribe')).toMatch(/^<http:/);
      expect(headerOf(mail, 'List-Unsubscribe-Post')).toBeUndefined();
    });

    it('is not sent to somebody who has unsubscribed, however the address is written', async () => {
      await suppressions.add('default', 'Ada@X.org', 'unsubscribed');
      const nothing = { messageId: null, accepted: [], rejected: ['ada@x.org'], suppressed: 'unsubscribed' };
      expect(await send({ ...MAIL })).toEqual(nothing);
      await suppressions.add('other', 'bob@x.org', 'unsubscribed');
      expect(await send({ ...MAIL, to: 'bob@x.org' })).toMatchObject({ accepted: ['bob@x.org'] });
      expect(await send({ ...TEXT })).toMatchObject({ accepted: ['ada@x.org'] });
    });

    it.each(['gone@x.org', 'moved@x.org'])('is never sent again to a mailbox that there is not: %s', async (to) => {
      await expect(send({ ...MAIL, to })).rejects.toMatchObject({ code: 'smtp_rejected' });
      expect(await suppressions.find('default', to)).toMatchObject({
        reason: 'bounced',
        detail: expect.stringMatching(/^550/),
      });
    });

    it('says nothing of a mailbox when the server refuses for another reason', async () => {
      await expect(send({ ...MAIL, to: 'relay@x.org' })).rejects.toMatchObject({ code: 'smtp_rejected' });
      expect(await suppressions.find('default', 'relay@x.org')).toBeUndefined();
    });

    it('is not sent again when the server has it and does not say so', async () => {
      onMail = () => {
        sink.cutOff();
        return undefined;
      };
      await expect(send({ ...MAIL })).rejects.toMatchObject({ name: 'PermanentError', code: 'delivery_unknown' });
    });

    it('is not sent again when its worker was lost after the server had it', async () => {
      const killed = new AbortController();
      onMail = () => {
        killed.abort(new Error('killed'));
        return undefined;
      };
      await expect(send({ ...MAIL }, job.again({ signal: killed.signal }))).rejects.toThrow('killed');
      expect(sink.offered).toHaveLength(1);
      const later = job.again().again().again({ attempt: 2 });
      await expect(send({ ...MAIL }, later)).rejects.toMatchObject({ code: 'delivery_unknown' });
      expect(sink.offered).toHaveLength(1);
      expect(await send({ ...MAIL }, later.again({ maxAttempts: 10 }))).toMatchObject({ accepted: ['ada@x.org'] });
      expect(new Set(sink.offered.map((mail) => headerOf(mail, 'Message-ID'))).size).toBe(1);
    });

    it('is sent again when its worker was lost before', async () => {
      const killed = new AbortController();
      killed.abort(new Error('killed'));
      await expect(send({ ...MAIL }, job.again({ signal: killed.signal }))).rejects.toThrow();
      expect(await send({ ...MAIL }, job.again().again())).toMatchObject({ accepted: ['ada@x.org'] });
      expect(sink.mails).toHaveLength(1);
    });

    it('is sent again when the server has refused it for now', async () => {
      onMail = () => (sink.offered.length === 1 ? { code: 451, text: 'come back later' } : undefined);
      await expect(send({ ...MAIL })).rejects.toMatchObject({ code: 'smtp_temporary' });
      expect(await send({ ...MAIL }, job.again({ attempt: 2 }))).toMatchObject({ accepted: ['ada@x.org'] });
    });

    it('is sent again when the connection is lost before the server has agreed to take it', async () => {
      onRecipient = async () => {
        await delay(50); // in which nothing may be noted
        sink.cutOff();
      };
      await expect(send({ ...MAIL })).rejects.toMatchObject({ name: 'TemporaryError', code: 'smtp_unreachable' });
      onRecipient = async () => undefined;
      expect(await send({ ...MAIL }, job.again({ attempt: 2 }))).toMatchObject({ accepted: ['ada@x.org'] });
      expect(sink.offered).toHaveLength(1);
    });

    it('is sent again when its run is stopped after it has noted the hand-over and before it hands over', async () => {
      const killed = new AbortController();
      const { create } = storage;
      storage.create = async (...file) => {
        const made = await create(...file);
        killed.abort(new Error('killed'));
        return made;
      };
      await expect(send({ ...MAIL }, job.again({ signal: killed.signal }))).rejects.toThrow('killed');
      storage.create = create;
      expect(await send({ ...MAIL }, job.again().again())).toMatchObject({ accepted: ['ada@x.org'] });
      expect(sink.offered).toHaveLength(1);
    });

    it('tells what the storage said when the hand-over cannot be noted, and is sent again', async () => {
      const { create } = storage;
      let down = true;
      storage.create = async (...file) => {
        const made = await create(...file); // it is noted, but nobody hears of it
        if (!down) return made;
        down = false;
        throw Object.assign(new Error('the disk is full'), { code: 'storage_full' });
      };
      await expect(send({ ...MAIL })).rejects.toMatchObject({ message: 'the disk is full', code: 'storage_full' });
      expect(sink.offered).toEqual([]);
      expect(await send({ ...MAIL }, job.again({ attempt: 2 }))).toMatchObject({ accepted: ['ada@x.org'] });
    });

    it('is sent by one run when another goes on that was thought lost', async () => {
      const later = job.again();
      const text = 'x'.repeat(40_000);
      let sentByLater: Promise<unknown> | undefined;
      onRecipient = async () => {
        if (sentByLater !== undefined) return;
        sentByLater = send({ ...MAIL, text }, later);
        await sentByLater;
      };
      await expect(send({ ...MAIL, text })).rejects.toMatchObject({ name: 'PermanentError', code: 'delivery_unknown' });
      expect(await sentByLater).toMatchObject({ accepted: ['ada@x.org'] });
      expect(sink.offered).toHaveLength(1);
    });

    it('is sent by one of many runs at once', async () => {
      const runs = [job, job.again(), job.again().again(), job.again().again().again()];
      const sent = await Promise.allSettled(runs.map((run) => send({ ...MAIL }, run)));
      expect(sent.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect(sink.offered).toHaveLength(1);
    });

    it('asks once for what earlier runs have noted, however many there were', async () => {
      const asked: string[] = [];
      const { read } = storage;
      storage.read = (key) => {
        asked.push(key);
        return read(key);
      };
      const late = jobInMemory({ run: 2_001 });
      await send({ ...MAIL }, late);
      expect(asked.filter((key) => key.startsWith(`default/${late.context.id}/`))).toHaveLength(1);
    });
  });
});
