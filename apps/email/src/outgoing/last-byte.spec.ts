import { once } from 'node:events';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeAll, afterAll, describe, expect, it } from '@jest/globals';
import { keyFileOf, type KeyFile, rsaKey } from '../../spec/dkim-key.js';
import { type SinkAnswers, SmtpSink } from '../../spec/smtp-sink.js';
import { type Mail, Mailer } from './mailer.js';

const FROM = { name: 'Shop', address: 'shop@example.org', domain: 'example.org' };
const NEVER = new AbortController().signal;
/** More than sockets hold between a client and a server that does not read. */
const LARGE = 24 * 2 ** 20;
const CONNECTION_LOST = { name: 'TemporaryError', code: 'smtp_unreachable' };

describe.each(['plain', 'signed'])('the end of a mail that is sent %s', (how) => {
  let key: KeyFile;
  let sink: SmtpSink;
  let mailer: Mailer;
  /** What was told of the mail's end, with how many mails the server had seen whole then. */
  let told: string[];

  beforeAll(async () => {
    key = await keyFileOf(rsaKey());
  });
  afterAll(() => key.remove());
  afterEach(async () => {
    mailer.onApplicationShutdown();
    await sink.close();
  });

  async function open(answers: SinkAnswers): Promise<void> {
    told = [];
    sink = await SmtpSink.open(answers);
    const server = { host: '127.0.0.1', port: sink.port, secure: false, login: null };
    const dkim = how === 'signed' ? { selector: 'mail-1', keyFile: key.keyFile } : null;
    mailer = new Mailer({ server, connections: 10, from: FROM, dkim, ca: null });
  }

  async function send(file: Readable): Promise<unknown> {
    const end = {
      before: async () => void told.push(`before ${sink.offered.length}`),
      out: () => void told.push(`out ${sink.offered.length}`),
    };
    const attachments = [{ filename: 'a.bin', contentType: 'application/octet-stream', content: file }];
    const mail: Mail = { id: 'job-1', to: ['ada@example.net'], subject: 'Hello', text: 'Hello', attachments, end };
    return mailer.send(mail, NEVER).catch((error: unknown) => error);
  }

  it('is told of before the server has it, and when it goes out', async () => {
    await open({});
    expect(await send(Readable.from(['a']))).toMatchObject({ accepted: ['ada@example.net'] });
    expect(told).toEqual(['before 0', 'out 0']);
  });

  it('is told to nobody when the connection is lost before the server has agreed to take the mail', async () => {
    const file = Readable.from(['a']);
    await open({
      toRecipient: async () => {
        if (!file.readableEnded) await once(file, 'end');
        await delay(50); // in which nothing may be told
        sink.cutOff();
        return undefined;
      },
    });
    expect(await send(file)).toMatchObject(CONNECTION_LOST);
    expect(told).toEqual([]);
  });

  it('is told to nobody when the connection is lost in the middle of the mail', async () => {
    await open({
      toContent: () => {
        sink.cutOff();
      },
    });
    expect(await send(Readable.from(chunks()))).toMatchObject(CONNECTION_LOST);
    expect(told).toEqual([]);
  });

  it('leaves a doubt when the connection is lost after it', async () => {
    await open({
      toMail: () => {
        sink.cutOff();
        return undefined;
      },
    });
    expect(await send(Readable.from(['a']))).toMatchObject({ name: 'TemporaryError', code: 'smtp_unanswered' });
    expect(told).toEqual(['before 0', 'out 0']);
  });
});

function* chunks(): Generator<Buffer> {
  for (let bytes = 0; bytes < LARGE; bytes += 65_536) yield Buffer.alloc(65_536, 'x');
}
