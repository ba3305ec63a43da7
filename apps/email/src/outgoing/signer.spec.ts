import { generateKeyPairSync } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { mkdir, mkdtemp, rm, utimes } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setImmediate } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { ConfigError } from '#libs/config';
import { keyFileOf, rsaKey } from '../../spec/dkim-key.js';
import { headerOf, SmtpSink } from '../../spec/smtp-sink.js';
import { Mailer } from './mailer.js';
import { Signer } from './signer.js';

const FROM = { name: 'Shop', address: 'shop@example.org', domain: 'example.org' };
const MAIL = { id: 'job-1', to: ['ada@example.net'], subject: 'Hello', text: 'Hello Ada' };
const NEVER = new AbortController().signal;
const ED25519 = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

describe('Signer', () => {
  const ends: (() => unknown)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });

  async function fileWith(text: string): Promise<string> {
    const { keyFile, remove } = await keyFileOf(text);
    ends.push(remove);
    return keyFile;
  }

  it('signs mails, and what one-click unsubscription rests on', async () => {
    const dkim = { selector: 'mail-1', keyFile: await fileWith(rsaKey()) };
    const sink = await SmtpSink.open();
    ends.push(() => sink.close());
    const server = { host: '127.0.0.1', port: sink.port, secure: false, login: null };
    const mailer = new Mailer({ server, connections: 10, from: FROM, dkim, ca: null });
    ends.push(() => {
      mailer.onApplicationShutdown();
    });
    await mailer.send({ ...MAIL, headers: { 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' } }, NEVER);
    const [mail] = sink.mails;
    const signature = mail === undefined ? '' : headerOf(mail, 'DKIM-Signature');
    expect(signature?.replaceAll(' ', '')).toMatch(/d=example\.org;.*s=mail-1;.*h=[^;]*list-unsubscribe-post[^;]*;/i);
  });

  it.each([
    ['a file that is not there', '', /cannot be read|no such file/i],
    [
      'a text that is no key',
      '-----BEGIN PRIVATE KEY-----\nbm8ga2V5\n-----END PRIVATE KEY-----\n',
      /private key in PEM/,
    ],
    ['a key of a kind that mails are not signed with', ED25519, /RSA key, got ed25519/],
    ['a key that receivers take for no proof', rsaKey(512), /at least 1024 bits, got 512/],
  ])('does not start with %s', async (_what, text, says) => {
    const keyFile = text === '' ? '/nowhere/key.pem' : await fileWith(text);
    const start = (): unknown => new Signer({ selector: 'mail-1', keyFile }, 'example.org');
    expect(start).toThrow(ConfigError);
    expect(start).toThrow(says);
  });

  it('keeps a mail that is not small in a file until it is signed, and leaves nothing there', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'leveret-signer-'));
    ends.push(() => rm(folder, { recursive: true }));
    const key = { selector: 'mail-1', keyFile: await fileWith(rsaKey()) };
    const signer = new Signer(key, 'example.org', folder);
    const [mine = ''] = readdirSync(folder);
    const body = Buffer.alloc(1_048_576, 'line of a mail\r\n');
    const signed = signer.sign(Readable.from([Buffer.from('Subject: Hello\r\n\r\n'), ...halves(body)]));
    const first = (await signed.iterator({ destroyOnReturn: false }).next()).value as Buffer;
    expect(readdirSync(join(folder, mine))).toHaveLength(1);
    expect(
      Buffer.concat([first, await buffer(signed)])
        .subarray(-body.length)
        .equals(body),
    ).toBe(true);
    while (readdirSync(join(folder, mine)).length > 0) await setImmediate();
    signer.close();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('removes what processes that were killed have left, and nothing of those that live', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'leveret-signer-'));
    ends.push(() => rm(folder, { recursive: true }));
    const key = { selector: 'mail-1', keyFile: await fileWith(rsaKey()) };
    const { pid: gone } = spawnSync(process.execPath, ['--version']);
    const nameOf = (pid: number, host = hostname()): string => `leveret-signing-${host}-${pid}-abcdef`;
    const kept = [nameOf(process.ppid), nameOf(gone, 'elsewhere'), 'leveret-signing-unlike', 'another'];
    for (const name of [nameOf(gone), nameOf(process.pid), ...kept])
      await mkdir(join(folder, name, 'mail'), { recursive: true });
    // A container that was started again has the numbers that it had.
    await utimes(join(folder, nameOf(process.pid)), 0, 0);
    const first = new Signer(key, 'example.org', folder);
    const second = new Signer(key, 'example.org', folder);
    const made = readdirSync(folder).filter((name) => !kept.includes(name));
    expect(made).toHaveLength(2);
    expect(made.join()).not.toContain('abcdef');
    first.close();
    second.close();
    expect(readdirSync(folder).toSorted()).toEqual(kept.toSorted());
  });
});

function halves(content: Buffer): Buffer[] {
  return [content.subarray(0, content.length / 2), content.subarray(content.length / 2)];
}
