import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { SmtpSink } from '../../spec/smtp-sink.js';
import { Mailer } from './mailer.js';
import { PATIENCE, type Patience } from './pool-options.js';

const FROM = { name: 'Shop', address: 'shop@example.org', domain: 'example.org' };
const MAIL = { id: 'job-1', to: ['ada@example.net'], subject: 'Hello', text: 'Hello Ada' };
/** Listens and tells its port; stopped, it accepts no connection, and soon the system answers none either. */
const LISTENER =
  "const s = require('node:net').createServer().listen(0, '127.0.0.1', 1, () => console.log(s.address().port))";

describe('a mail server that does not answer', () => {
  const ends: (() => unknown)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });

  function failureAt(port: number, patience: Partial<Patience>): Promise<unknown> {
    const server = { host: '127.0.0.1', port, secure: false, login: null };
    const mailer = new Mailer(
      { server, connections: 10, from: FROM, dkim: null, ca: null },
      { ...PATIENCE, ...patience },
    );
    ends.push(() => {
      mailer.onApplicationShutdown();
    });
    return mailer.send(MAIL, new AbortController().signal).catch((error: unknown) => error);
  }

  it('is unreachable when it takes no connection in time', async () => {
    const port = await portWithoutAnswer(ends);
    expect(await failureAt(port, { connectMs: 200 })).toMatchObject({
      code: 'smtp_unreachable',
      name: 'TemporaryError',
    });
  });

  it('is unreachable when it does not greet in time', async () => {
    const sockets: Socket[] = [];
    const silent = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    ends.push(() => {
      for (const socket of sockets) socket.destroy();
      silent.close();
    });
    const { port } = silent.address() as AddressInfo;
    const error = await failureAt(port, { greetingMs: 200 });
    expect(error).toMatchObject({
      code: 'smtp_unreachable',
      message: expect.stringContaining('Greeting never received'),
    });
  });

  it('is unreachable when it falls silent before it has the mail, and leaves a doubt when it has it', async () => {
    const never = new Promise<undefined>(() => undefined);
    const withMail = await SmtpSink.open({ toMail: () => never });
    ends.push(() => withMail.close());
    expect(await failureAt(withMail.port, { silenceMs: 200 })).toMatchObject({ code: 'smtp_unanswered' });

    const mute = createServer((socket) => socket.on('error', () => undefined).write('220 here\r\n')).listen(
      0,
      '127.0.0.1',
    );
    await once(mute, 'listening');
    ends.push(() => mute.close());
    const { port } = mute.address() as AddressInfo;
    expect(await failureAt(port, { silenceMs: 200 })).toMatchObject({ code: 'smtp_unreachable' });
  });
});

async function portWithoutAnswer(ends: (() => unknown)[]): Promise<number> {
  const listener: ChildProcess = spawn(process.execPath, ['-e', LISTENER], { stdio: ['ignore', 'pipe', 'inherit'] });
  ends.push(() => listener.kill('SIGKILL'));
  const [line] = (await once(listener.stdout ?? listener, 'data')) as [Buffer];
  const port = Number(line.toString());
  listener.kill('SIGSTOP');
  for (;;) {
    const socket = connect(port, '127.0.0.1').on('error', () => undefined);
    ends.push(() => socket.destroy());
    const answered = await Promise.race([
      once(socket, 'connect').then(() => true),
      new Promise((resolve) => setTimeout(resolve, 300, false)),
    ]);
    if (answered === false) return port;
  }
}
