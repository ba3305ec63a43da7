import { EventEmitter, getEventListeners, once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { finished } from 'node:stream/promises';
import { setImmediate as turn } from 'node:timers/promises';
import { createGzip, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type HttpTarget, startHttpTarget } from '../spec/http-target.js';
import { REFUSED_HOSTS, REFUSED_REDIRECTS, REFUSED_RESOLUTIONS, REFUSED_URLS } from '../spec/refused-addresses.js';
import { type Answer, type Call, type Passage, type WholeAnswer } from './call.js';
import { EgressClient, type EgressOptions } from './egress-client.js';
import { type Resolve } from './guarded-connector.js';

const MIB = 1_048_576;

describe('EgressClient', () => {
  let target: HttpTarget;
  let client: EgressClient;

  beforeEach(async () => {
    target = await startHttpTarget();
    client = clientOf({});
  });
  afterEach(async () => {
    await client.close();
    await target.stop();
  });

  const clientOf = (options: Partial<EgressOptions>): EgressClient =>
    new EgressClient({ allow: [target.pair], userAgent: 'Leveret/test', ...options });
  const replaceClient = async (options: Partial<EgressOptions>): Promise<void> => {
    await client.close();
    client = clientOf(options);
  };
  const get = (url: string, more: Partial<Call> = {}, passage?: Passage): Promise<Answer> =>
    client.send({ method: 'GET', url, signal: new AbortController().signal, ...more }, passage);
  const exchange = (url: string, more: Partial<Call> = {}, passage?: Passage): Promise<WholeAnswer> =>
    client.exchange({ method: 'GET', url, signal: new AbortController().signal, ...more }, passage);
  const portOf = ({ url }: HttpTarget): string => new URL(url).port;

  describe('at an address that the operator has opened', () => {
    it('gives status, headers and body', async () => {
      target.answer((_request, response) => void response.writeHead(418, { 'x-kind': 'pot' }).end('short and stout'));
      const { status, headers, body } = await get(`${target.url}/tea?milk=no`);
      expect([status, headers['x-kind'], await text(body)]).toEqual([418, 'pot', 'short and stout']);
      expect(target.seen[0]).toMatchObject({
        ...{ method: 'GET', url: '/tea?milk=no' },
        headers: { 'user-agent': 'Leveret/test' },
      });
    });

    it('sends headers, credentials and a body', async () => {
      const call = {
        method: 'POST',
        headers: { 'x-a': '1' },
        credentials: { authorization: 'Bearer t' },
        body: 'hello',
      };
      await text((await get(target.url, call)).body);
      expect(target.seen[0]).toMatchObject({
        method: 'POST',
        body: 'hello',
        headers: { 'x-a': '1', authorization: 'Bearer t' },
      });
    });

    it('is open for that spelling of the host alone, not for a name that resolves to it', async () => {
      await replaceClient({ resolve: async () => [{ address: '127.0.0.1', family: 4 }] });
      await expect(get(`http://internal.example:${portOf(target)}/`)).rejects.toMatchObject({ name: 'EgressRefused' });
      expect(target.seen).toEqual([]);
    });
  });

  describe('refuses', () => {
    it.each(REFUSED_HOSTS)('the private host %s', async (host) => {
      // The port is another one than the opened: nothing listens there, and nothing may try.
      await replaceClient({ allow: ['127.0.0.1:1'] });
      await expect(get(`http://${host}:${portOf(target)}/`)).rejects.toMatchObject({
        name: 'EgressRefused',
      });
      expect(target.seen).toEqual([]);
    });

    it.each([
      ...[
        'file:///etc/passwd',
        'ftp://example.com/',
        'gopher://example.com/',
        'data:,x',
        'javascript:1',
        'example.com',
      ],
      ...['', 'http://', `http://${'a'.repeat(254)}/`, ...REFUSED_URLS],
    ])('the URL %j', async (url) => {
      await expect(get(url)).rejects.toMatchObject({ name: 'EgressRefused' });
    });

    it.each(REFUSED_RESOLUTIONS)('a name that resolves to %s', async (_kind, addresses) => {
      await replaceClient({ resolve: async () => addresses.map((address) => ({ address, family: 4 })) });
      await expect(get(`http://evil.example:${portOf(target)}/`)).rejects.toMatchObject({ name: 'EgressRefused' });
      expect(target.seen).toEqual([]);
    });

    it('localhost with a dot at its end, where that resolves', async () => {
      await replaceClient({ resolve: async () => [{ address: '127.0.0.1', family: 4 }], allow: ['localhost:80'] });
      await expect(get('http://localhost./')).rejects.toMatchObject({ name: 'EgressRefused' });
    });

    it('and does not tell what a name resolves to', async () => {
      await replaceClient({ resolve: async () => [{ address: '10.9.8.7', family: 4 }] });
      await expect(get('http://evil.example/')).rejects.toMatchObject({
        message: expect.not.stringContaining('10.9.8.7'),
      });
    });
  });

  describe('a name', () => {
    it('is resolved once for a connection, which goes to an address of that answer', async () => {
      const asked: string[] = [];
      const resolve: Resolve = async (host) => {
        asked.push(host);
        // Whoever asks again is led elsewhere.
        return [{ address: asked.length === 1 ? '127.0.0.1' : '127.0.0.2', family: 4 }];
      };
      await replaceClient({ allow: [`pinned.example:${portOf(target)}`], resolve });
      await text((await get(`http://pinned.example:${portOf(target)}/`)).body);
      expect(asked).toEqual(['pinned.example']);
      expect(target.seen).toHaveLength(1);
    });

    it('is called at no other address than the checked one: where a connection has gone is looked at before it is used', async () => {
      let reads = 0;
      const resolve: Resolve = async () => [
        {
          // Public whoever checks it, and that of this machine for who connects.
          get address() {
            reads += 1;
            return reads === 1 ? '93.184.216.34' : '127.0.0.1';
          },
          family: 4,
        },
      ];
      await replaceClient({ resolve });
      await expect(get(`http://turning.example:${portOf(target)}/`)).rejects.toMatchObject({ name: 'EgressRefused' });
      expect(reads).toBeGreaterThan(1);
      expect(target.seen).toEqual([]);
    });

    it.each(['http', 'https'])('without a port is called at that of %s', async (scheme) => {
      const port = scheme === 'http' ? 80 : 443;
      const resolve: Resolve = async () => [{ address: '127.0.0.1', family: 4 }];
      await replaceClient({ allow: [`plain.example:${port}`], resolve });
      // Nothing listens at either, and the error says where nobody did.
      await expect(get(`${scheme}://plain.example/`)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED', port } });
    });

    it('that is there no more is an error that may pass', async () => {
      await replaceClient({ resolve: () => Promise.reject(new Error('ENOTFOUND')) });
      await expect(get('http://gone.example/')).rejects.toMatchObject({ name: 'CallFailed', code: 'host_unresolved' });
    });
  });

  describe('a redirect', () => {
    let other: HttpTarget;

    beforeEach(async () => {
      other = await startHttpTarget();
      await replaceClient({ allow: [target.pair, other.pair] });
    });
    afterEach(() => other.stop());

    const redirectTo = (location: string, status = 302): void =>
      target.answer((request, response) =>
        request.url === '/end' ? response.end('end') : response.writeHead(status, { location }).end(),
      );

    it('is an answer when none are followed', async () => {
      redirectTo('/end');
      const { status, headers, body } = await get(target.url);
      body.destroy();
      expect([status, headers['location']]).toEqual([302, '/end']);
    });

    it.each([301, 302, 303, 307, 308])(
      'of status %i is followed within the origin, with credentials',
      async (status) => {
        redirectTo('/end', status);
        const { body } = await get(target.url, { redirects: 1, credentials: { authorization: 'Bearer t' } });
        expect(await text(body)).toBe('end');
        expect(target.seen[1]?.headers).toMatchObject({ authorization: 'Bearer t' });
      },
    );

    it('leaves credentials behind at the border of the origin', async () => {
      redirectTo(other.url);
      const credentials = { 'x-api-key': 'canary-1', authorization: 'canary-2' };
      const headers = { cookie: 'canary-3', 'x-kept': 'yes' };
      await text((await get(target.url, { redirects: 1, credentials, headers })).body);
      expect(JSON.stringify(other.seen)).not.toContain('canary');
      expect(other.seen[0]?.headers).toMatchObject({ 'x-kept': 'yes' });
    });

    it.each(REFUSED_REDIRECTS)('to %s is refused', async (location) => {
      redirectTo(location);
      await expect(get(target.url, { redirects: 3 })).rejects.toMatchObject({
        name: 'EgressRefused',
        // Not where to: a host could put there what it was sent.
        message: 'The host redirects to an address that may not be called.',
      });
    });

    it('is followed only so often', async () => {
      redirectTo('/again');
      await expect(get(target.url, { redirects: 3 })).rejects.toThrow('redirects more than 3 times');
      expect(target.seen).toHaveLength(4);
    });

    it('of another method is an answer: nothing is sent twice', async () => {
      redirectTo('/end', 307);
      const { status, body } = await get(target.url, { method: 'POST', body: 'pay', redirects: 3 });
      body.destroy();
      expect([status, target.seen.length]).toEqual([307, 1]);
    });

    it('may be forbidden by whoever calls', async () => {
      redirectTo('/admin');
      const beforeRedirect = ({ pathname }: URL): void => {
        throw new Error(`not to ${pathname}`);
      };
      await expect(get(target.url, { redirects: 3, beforeRedirect })).rejects.toThrow('not to /admin');
    });
  });

  /** The text of an answer that is read as it comes, or taken whole. */
  const WAYS: readonly [string, (...of: Parameters<typeof get>) => Promise<string>][] = [
    ['read as it comes', async (...of) => text((await get(...of)).body)],
    ['taken whole', async (...of) => (await exchange(...of)).body.toString()],
  ];

  describe.each(WAYS)('for an answer that is %s', (_way, read) => {
    it('unpacks it, and takes the head of one to a HEAD as it is', async () => {
      target.answer(
        (_request, response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('whole')),
      );
      expect(await read(target.url)).toBe('whole');
      expect(await read(target.url, { method: 'HEAD' })).toBe('');
    });

    it('takes nothing of what only informs before it', async () => {
      target.answer((_request, response) => {
        response.writeEarlyHints({ link: '</style.css>; rel=preload' });
        response.end('whole');
      });
      expect(await read(target.url)).toBe('whole');
    });

    it('follows a redirect without reading the body of that', async () => {
      target.answer((request, response) => {
        if (request.url === '/end') response.end('end');
        else response.writeHead(302, { location: '/end' }).write('and so on');
      });
      expect(await read(target.url, { redirects: 1 })).toBe('end');
    });

    describe('limits', () => {
      it('the bytes of a body that does not end', async () => {
        target.answer((_request, response) => {
          Readable.from(endless()).pipe(response);
        });
        await expect(read(target.url, { limits: { maxBytes: MIB } })).rejects.toMatchObject({
          name: 'AnswerTooLarge',
          maxBytes: MIB,
        });
      });

      it('the bytes of a body that unpacks to a thousand times its size', async () => {
        target.answer((_request, response) => {
          response.writeHead(200, { 'content-encoding': 'gzip' });
          const pack = createGzip();
          pack.pipe(response);
          pack.end(Buffer.alloc(64 * MIB));
        });
        await expect(read(target.url, { limits: { maxBytes: MIB } })).rejects.toMatchObject({ name: 'AnswerTooLarge' });
      });

      it('the time until an answer begins', async () => {
        target.answer(() => undefined);
        await expect(read(target.url, { limits: { headersMs: 50 } })).rejects.toMatchObject({
          ...{ name: 'CallFailed', code: 'call_timeout', message: expect.stringContaining('begin its answer') },
        });
      });

      it('the time in which a body stands still', async () => {
        target.answer((_request, response) => void response.write('a'));
        await expect(read(target.url, { limits: { idleMs: 50 } })).rejects.toMatchObject({
          code: 'call_timeout',
          message: expect.stringContaining('stopped'),
        });
      });

      it('the time of the whole call, also when bytes drip', async () => {
        target.answer((_request, response) => {
          const dripping = setInterval(() => response.write('a'), 20);
          response.on('close', () => clearInterval(dripping));
        });
        await expect(read(target.url, { limits: { totalMs: 200 } })).rejects.toMatchObject({
          code: 'call_timeout',
          message: expect.stringContaining('200 ms'),
        });
      });

      it('the head of an answer', async () => {
        target.answer((_request, response) => void response.writeHead(200, { 'x-long': 'a'.repeat(40_000) }).end());
        await expect(read(target.url)).rejects.toMatchObject({ code: 'answer_unreadable' });
      });

      it('the time for the connection, from its name on', async () => {
        await replaceClient({ resolve: () => new Promise(() => undefined) });
        await expect(read('http://slow.example/', { limits: { connectMs: 50 } })).rejects.toMatchObject({
          ...{ code: 'call_timeout', message: expect.stringContaining('the connection') },
        });
      });

      it('the time for TLS', async () => {
        const silent = await listening(createServer((socket) => socket.resume()));
        await replaceClient({ allow: [silent.pair] });
        await expect(read(`https://${silent.pair}/`, { limits: { tlsMs: 50 } })).rejects.toMatchObject({
          ...{ code: 'call_timeout', message: expect.stringContaining('TLS') },
        });
        silent.server.close();
      });
    });

    describe('trouble', () => {
      it('is told by its class: nobody listens', async () => {
        const { server, pair } = await listening(createServer());
        server.close();
        await once(server, 'close');
        await replaceClient({ allow: [pair] });
        await expect(read(`http://${pair}/`)).rejects.toMatchObject({ name: 'CallFailed', code: 'host_unreachable' });
      });

      it('is told by its class: no TLS', async () => {
        await expect(read(target.url.replace('http:', 'https:'))).rejects.toMatchObject({ code: 'tls_failed' });
      });

      it('is told by its class: the connection breaks', async () => {
        target.answer((_request, response) => void response.destroy());
        await expect(read(target.url)).rejects.toMatchObject({ code: 'call_broken' });
      });

      it('is told by its class: no HTTP', async () => {
        const { server, pair } = await listening(
          createServer((socket) => socket.once('data', () => socket.end('220 mail ready\r\n'))),
        );
        await replaceClient({ allow: [pair] });
        await expect(read(`http://${pair}/`)).rejects.toMatchObject({ code: 'answer_unreadable' });
        server.close();
      });

      it('is told by its class: a body shorter than it says', async () => {
        target.answer((_request, response) => {
          response.writeHead(200, { 'content-length': 10 });
          response.write('abc', () => void response.destroy());
        });
        await expect(read(target.url)).rejects.toMatchObject({ code: 'call_broken' });
      });

      it('is told by its class: packed badly, or by nobody asked for', async () => {
        target.answer(
          (_request, response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end('not packed'),
        );
        await expect(read(target.url)).rejects.toMatchObject({ code: 'answer_unreadable' });
        target.answer((_request, response) => void response.writeHead(200, { 'content-encoding': 'zip' }).end('zip'));
        await expect(read(target.url)).rejects.toMatchObject({ code: 'answer_unreadable' });
      });

      it('is the reason of the signal when that aborts', async () => {
        target.answer(() => undefined);
        const cancelling = new AbortController();
        const sent = read(target.url, { signal: cancelling.signal });
        cancelling.abort(new Error('cancelled'));
        await expect(sent).rejects.toThrow('cancelled');
      });

      it('is that reason at once, also while the connection is made', async () => {
        const names = new EventEmitter();
        const resolve: Resolve = async () => {
          names.emit('asked');
          await once(names, 'gone');
          throw new Error('ENOTFOUND');
        };
        await replaceClient({ resolve });
        const cancelling = new AbortController();
        const asked = once(names, 'asked');
        const sent = read('http://slow.example/', { signal: cancelling.signal });
        await asked;
        cancelling.abort(new Error('cancelled'));
        await expect(sent).rejects.toThrow('cancelled');
        names.emit('gone');
      });

      it('is that reason while the body is read, and ends the connection', async () => {
        const closed = new Promise((resolve) => {
          target.answer((_request, response) => void response.on('close', resolve).write('a'));
        });
        const cancelling = new AbortController();
        const answered = new EventEmitter();
        const head = once(answered, 'head');
        const passage = { url: client.checked(target.url), answered: () => void answered.emit('head') };
        const reading = read(target.url, { signal: cancelling.signal }, passage);
        await head;
        cancelling.abort(new Error('cancelled'));
        await expect(reading).rejects.toThrow('cancelled');
        await closed;
      });

      it('is the error of a body that cannot be sent because it cannot be read', async () => {
        const unreadable = new Error('the file is gone');
        const body = new Readable({
          read() {
            this.destroy(unreadable);
          },
        });
        await expect(read(target.url, { method: 'POST', body })).rejects.toBe(unreadable);
      });

      it('closes the body that was to be sent', async () => {
        target.answer((_request, response) => void response.destroy());
        const body = Readable.from(['all']);
        await expect(read(target.url, { method: 'POST', body })).rejects.toMatchObject({ code: 'call_broken' });
        expect(body.destroyed).toBe(true);
      });
    });
  });

  it('gives the status of an answer that is packed in a way nobody asked for', async () => {
    target.answer((_request, response) => void response.writeHead(200, { 'content-encoding': 'zip' }).end('zip'));
    expect((await get(target.url)).status).toBe(200);
  });

  it('closes a body that breaks before anybody has read it', async () => {
    target.answer((_request, response) => {
      response.writeHead(200, { 'content-length': 10 }).write('abc', () => void response.destroy());
    });
    const { body } = await get(target.url);
    await expect(finished(body)).rejects.toMatchObject({ code: 'call_broken' });
  });

  describe('when a call has ended', () => {
    it.each<[string, (call: Partial<Call>) => Promise<unknown>]>([
      ['with its answer', async (call) => text((await get(target.url, call)).body)],
      ['with its whole answer', (call) => exchange(target.url, call)],
      ['without a whole one', (call) => exchange('http://127.0.0.1:1/', call).catch(() => undefined)],
      ['without one', (call) => get('http://127.0.0.1:1/', call).catch(() => undefined)],
      ['with an answer that nobody wants', async (call) => once((await get(target.url, call)).body.destroy(), 'close')],
      ['behind a redirect', async (call) => text((await get(`${target.url}/away`, { ...call, redirects: 1 })).body)],
    ])('%s, the signal of its job is let go', async (_kind, made) => {
      target.answer((request, response) => {
        response.writeHead(request.url === '/away' ? 302 : 200, { location: '/' }).end('end');
      });
      const { signal } = new AbortController();
      const ended = made({ signal });
      expect(getEventListeners(signal, 'abort')).toHaveLength(1);
      await ended;
      expect(getEventListeners(signal, 'abort')).toEqual([]);
    });

    it('its connection serves the next one, if its answer was read, and is closed else', async () => {
      const sockets: Socket[] = [];
      target.answer((request, response) => {
        sockets.push(request.socket);
        if (request.url === '/long') response.write('begun');
        else response.end('whole');
      });
      await text((await get(target.url)).body);
      // Its connection is free when the parser has returned.
      await turn();
      const { body } = await get(`${target.url}/long`);
      body.destroy();
      expect(sockets[1] === sockets[0]).toBe(true);
      if (sockets[1]?.closed === false) await once(sockets[1], 'close');
      await text((await get(target.url)).body);
      expect(sockets[2] === sockets[1]).toBe(false);
    });
  });
});

async function listening(server: Server): Promise<{ server: Server; pair: string }> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, pair: `127.0.0.1:${(server.address() as AddressInfo).port}` };
}

function* endless(): Generator<Buffer> {
  for (;;) yield Buffer.alloc(65_536);
}
