import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingMessage, type ServerResponse } from 'node:http';
import { type Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DEPENDENCY_TERMS } from '#libs/egress';
import { connectionsOf } from '../../../spec/connections-of.js';
import { type HttpTarget, startHttpTarget } from '../../../spec/http-target.js';
import { jobInMemory } from '#libs/consumer-testing';
import { JumpingClock, outgoingTo } from '../../../spec/outgoing-to.js';
import { ConnectionCalls } from '../../connections/connection-calls.js';
import { OAuthTokens } from '../../connections/oauth-tokens.js';
import { type Outgoing } from '../../outgoing/outgoing.js';
import { FetchFileHandler, type FetchFileResult } from './fetch-file.handler.js';
import { type FetchFilePayload } from './fetch-file.payload.js';

const CONTENT = Buffer.from('0123456789'.repeat(20_000));
const HALF = CONTENT.length / 2;
const ETAG = '"v1"';
const OLD = 'Wed, 25 Nov 2020 12:00:00 GMT';

describe('integrations.fetch-file', () => {
  let target: HttpTarget;
  let outgoing: Outgoing;
  let handler: FetchFileHandler;

  beforeEach(async () => {
    target = await startHttpTarget();
    const auth = { type: 'bearer', token: { env: 'TOKEN' } };
    const shop = { baseUrl: `${target.url}/v1`, auth, allow: [{ paths: ['/files/*'] }], timeouts: { idle: '100ms' } };
    const connections = connectionsOf({ shop }, { TOKEN: 'canary-token' });
    outgoing = outgoingTo([target.pair]);
    handler = new FetchFileHandler(connections, new ConnectionCalls(outgoing, new OAuthTokens(outgoing)), outgoing);
  });
  afterEach(async () => {
    await outgoing.onApplicationShutdown();
    await target.stop();
  });

  const fetchFile = (payload: Partial<FetchFilePayload> = {}, job = jobInMemory()): Promise<FetchFileResult> =>
    handler.fetchFile({ url: `${target.url}/list.csv`, ...payload }, job.context);
  const answer = (headers: Record<string, string>, body: Buffer | string, status = 200): void =>
    target.answer((_request, response) => void response.writeHead(status, headers).end(body));

  describe('stores', () => {
    it('the file as it came, and tells how far it is', async () => {
      answer({ 'content-type': 'text/csv', 'content-length': String(CONTENT.length) }, CONTENT);
      const job = jobInMemory();
      const { file } = await fetchFile({}, job);
      expect(file).toMatchObject({ filename: 'list.csv', contentType: 'text/csv', size: CONTENT.length });
      expect(job.saved.get('file')).toEqual(CONTENT);
      expect(job.progress.at(-1)).toEqual({ percent: 100, message: `${CONTENT.length} of ${CONTENT.length} bytes` });
    });

    it.each([
      ['attachment; filename="price list.pdf"', 'price list.pdf'],
      ["attachment; filename*=UTF-8''na%C3%AFve.txt", 'naïve.txt'],
      ['attachment', 'list.csv'],
      [';;;', 'list.csv'],
    ])('it under the name that %j gives', async (disposition, filename) => {
      answer({ 'content-disposition': disposition }, 'a');
      expect((await fetchFile()).file.filename).toBe(filename);
    });

    it('it under the name that the job gives', async () => {
      expect((await fetchFile({ filename: 'mine.bin' })).file.filename).toBe('mine.bin');
    });

    it('an empty file', async () => {
      answer({}, '');
      expect((await fetchFile()).file.size).toBe(0);
    });

    it('unpacked what a host packs though nobody asked for it', async () => {
      answer({ 'content-encoding': 'gzip' }, gzipSync(CONTENT));
      expect((await fetchFile()).file.size).toBe(CONTENT.length);
      expect(target.seen[0]?.headers).toMatchObject({ 'accept-encoding': 'identity' });
    });

    it('what lies behind a redirect', async () => {
      target.answer((request, response) =>
        request.url === '/end' ? response.end('end') : response.writeHead(302, { location: '/end' }).end(),
      );
      expect((await fetchFile()).file.size).toBe(3);
    });

    it('what has the checksum and the type that the job expects', async () => {
      answer({ 'content-type': 'Image/PNG; q=1' }, CONTENT);
      const sha256 = createHash('sha256').update(CONTENT).digest('hex');
      expect((await fetchFile({ sha256, contentTypes: ['application/pdf', 'image/*'] })).file.size).toBe(200_000);
    });
  });

  describe('refuses for good, and stores nothing of it', () => {
    const refused = async (payload: Partial<FetchFilePayload>, code: string): Promise<void> => {
      const job = jobInMemory();
      await expect(fetchFile(payload, job)).rejects.toMatchObject({ name: 'PermanentError', code });
      expect(job.saved.size).toBe(0);
    };

    it('another checksum', async () => {
      await refused({ sha256: '0'.repeat(64) }, 'unexpected_checksum');
    });

    it('another type', async () => {
      answer({ 'content-type': 'text/html' }, '<p>Please log in</p>');
      await refused({ contentTypes: ['application/pdf'] }, 'unexpected_type');
    });

    it('a file that says it is too large, before it comes', async () => {
      target.answer((_request, response) => {
        response.writeHead(200, { 'content-length': '5000' }).flushHeaders();
      });
      await refused({ maxBytes: 4_999 }, 'answer_too_large');
    });

    it('a body that does not end', async () => {
      target.answer(pour);
      await refused({ maxBytes: 1_000_000 }, 'answer_too_large');
    });

    it('a body that unpacks to a thousand times its size', async () => {
      answer({ 'content-encoding': 'gzip' }, gzipSync(Buffer.alloc(20_000_000)));
      await refused({ maxBytes: 1_000_000 }, 'answer_too_large');
    });

    it.each([204, 206, 404])('an answer of %i', async (status) => {
      answer({}, '', status);
      await refused({}, `http_${status}`);
    });

    it('a private address', async () => {
      await refused({ url: 'http://169.254.169.254/latest' }, 'egress_refused');
    });
  });

  it('waits as long as a busy host asks for', async () => {
    answer({ 'retry-after': '120' }, '', 503);
    await expect(fetchFile()).rejects.toMatchObject({ name: 'RetryAfter', delayMs: 120_000 });
  });

  describe('goes on where a download broke', () => {
    it.each<[string, Record<string, string>, string]>([
      ['an entity tag', { etag: ETAG }, ETAG],
      ['an old date', { 'last-modified': OLD }, OLD],
    ])('by %s, and says so', async (_kind, validators, ifRange) => {
      target.answer(breaking(1, validators));
      const job = jobInMemory();
      const { file } = await fetchFile({}, job);
      expect(file.size).toBe(CONTENT.length);
      expect(job.saved.get('file')?.equals(CONTENT)).toBe(true);
      const { range, 'if-range': condition } = target.seen[1]?.headers ?? {};
      const from = Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1]);
      expect([condition, from > 0 && from <= HALF]).toEqual([ifRange, true]);
      expect(job.logged).toEqual([
        {
          level: 'info',
          message: 'The download broke; asking for the rest',
          fields: { received: from, reason: 'call_broken' },
        },
      ]);
    });

    it('more than once, also when nobody answers in between', async () => {
      let requests = 0;
      const answers = breaking(2, { etag: ETAG });
      target.answer((request, response) => {
        requests += 1;
        if (requests === 2) response.destroy();
        else answers(request, response);
      });
      expect((await fetchFile()).file.size).toBe(CONTENT.length);
      expect(target.seen).toHaveLength(4);
    });

    it('with the credentials and limits of a connection, when it stands still', async () => {
      const whole = breaking(0, { etag: ETAG });
      target.answer((request, response) => {
        if (request.headers.range !== undefined) whole(request, response);
        else response.writeHead(200, { etag: ETAG, 'content-length': CONTENT.length }).write(CONTENT.subarray(0, HALF));
      });
      const { file } = await fetchFile({ url: '/files/a', connection: 'shop' });
      expect([file.size, target.seen[1]?.headers.authorization]).toEqual([CONTENT.length, 'Bearer canary-token']);
    });

    it.each([
      ['its host says how long it is', CONTENT.length],
      ['only the parts say it', undefined],
    ])('as often as its host sends less than the rest, where %s', async (_kind, length) => {
      target.answer((request, response) => {
        const from = Number(/\d+/.exec(request.headers.range ?? '')?.[0] ?? 0);
        if (from === 0) {
          response.writeHead(200, { etag: ETAG, ...(length === undefined ? {} : { 'content-length': length }) });
          response.write(CONTENT.subarray(0, HALF), () => void response.destroy());
          return;
        }
        const part = CONTENT.subarray(from, from + HALF / 2);
        const range = `bytes ${from}-${from + part.length - 1}/${CONTENT.length}`;
        response.writeHead(206, { etag: ETAG, 'content-range': range }).end(part);
      });
      const job = jobInMemory();
      await fetchFile({}, job);
      expect(job.saved.get('file')?.equals(CONTENT)).toBe(true);
    });

    it('not where nobody says how long it is: the next attempt begins anew', async () => {
      target.answer((request, response) => {
        if (request.headers.range === undefined) {
          response.writeHead(200, { etag: ETAG }).write(CONTENT.subarray(0, HALF), () => void response.destroy());
          return;
        }
        const from = Number(/\d+/.exec(request.headers.range)?.[0]);
        response.writeHead(206, { etag: ETAG, 'content-range': `bytes ${from}-${from}/*` }).end('0');
      });
      await expect(fetchFile()).rejects.toMatchObject({ name: 'TemporaryError', code: 'call_broken' });
    });

    it('not when all but its end has come: the next attempt begins anew', async () => {
      target.answer((request, response) => {
        if (request.headers.range === undefined) {
          response.writeHead(200, { etag: ETAG }).write(CONTENT, () => void response.destroy());
        } else response.writeHead(416, { 'content-range': `bytes */${CONTENT.length}` }).end();
      });
      await expect(fetchFile()).rejects.toMatchObject({ name: 'TemporaryError', code: 'call_broken' });
    });

    it('not when the file has become another one', async () => {
      target.answer((request, response) => {
        const changed = request.headers['if-range'] !== undefined;
        breaking(changed ? 0 : 1, { etag: changed ? '"v2"' : ETAG })(request, response);
      });
      const job = jobInMemory();
      await expect(fetchFile({}, job)).rejects.toMatchObject({ name: 'TemporaryError', code: 'file_changed' });
      expect(job.saved.size).toBe(0);
    });

    it.each([
      ['another place', { 'content-range': `bytes 7-${CONTENT.length - 1}/${CONTENT.length}` }],
      ['a file of another size', { 'content-range': `bytes ${HALF}-${CONTENT.length}/${CONTENT.length + 1}` }],
      ['another version', { etag: '"v2"' }],
      ['it does not say where', { 'content-range': '' }],
    ])('not when the rest is of %s', async (_kind, headers) => {
      target.answer((request, response) => {
        if (request.headers.range === undefined) breaking(1, { etag: ETAG })(request, response);
        else {
          const from = Number(/\d+/.exec(request.headers.range)?.[0]);
          const right = `bytes ${from}-${CONTENT.length - 1}/${CONTENT.length}`;
          response.writeHead(206, { etag: ETAG, 'content-range': right, ...headers }).end(CONTENT.subarray(from));
        }
      });
      await expect(fetchFile()).rejects.toMatchObject({ name: 'TemporaryError' });
    });

    it.each<[string, Record<string, string>]>([
      ['nothing stands for its content', {}],
      ['its tag is weak', { etag: 'W/"v1"' }],
      ['its date is of the second of the answer', { 'last-modified': OLD, date: OLD }],
      ['its host sends no parts', { etag: ETAG, 'accept-ranges': 'none' }],
    ])('not when %s: the next attempt begins anew', async (_kind, headers) => {
      target.answer(breaking(1, headers));
      await expect(fetchFile()).rejects.toMatchObject({ name: 'TemporaryError', code: 'call_broken' });
      expect(target.seen).toHaveLength(1);
    });

    it('not when its host sends all of it again', async () => {
      target.answer((_request, response) => {
        response.writeHead(200, { etag: ETAG, 'content-length': CONTENT.length });
        response.write(CONTENT.subarray(0, HALF), () => void response.destroy());
      });
      await expect(fetchFile()).rejects.toMatchObject({ code: 'call_broken' });
      expect(target.seen).toHaveLength(2);
    });
  });

  describe('lets its host go when the file cannot be stored', () => {
    it.each<[string, (content: Readable) => Promise<unknown>]>([
      ['at all', () => Promise.resolve()],
      ['to its end', (content) => once(content, 'data')],
      ['to its end, and then nothing comes', (content) => once(content, 'data').then(() => content.resume())],
    ])('%s', async (_kind, begin) => {
      const closed = new Promise((resolve) => {
        target.answer((_request, response) => {
          response.on('close', resolve).writeHead(200, { etag: ETAG }).write(CONTENT);
        });
      });
      const limited = { ...DEPENDENCY_TERMS, concurrency: 1 };
      const clock = new JumpingClock();
      await outgoing.onApplicationShutdown();
      outgoing = outgoingTo([target.pair], { termsOf: () => limited, clock });
      clock.jump(500);
      const connections = connectionsOf({});
      handler = new FetchFileHandler(connections, new ConnectionCalls(outgoing, new OAuthTokens(outgoing)), outgoing);
      const job = jobInMemory();
      const save = async (_name: string, content: Readable): Promise<never> => {
        await begin(content);
        throw new Error('the storage is full');
      };
      const full = { ...job, context: { ...job.context, files: { ...job.context.files, save } } };
      await expect(fetchFile({}, full)).rejects.toThrow('the storage is full');
      await closed;
      answer({}, 'next');
      expect((await fetchFile()).file.size).toBe(4);
    });
  });

  it('costs no attempt any more while the host, which answers with 5xx alone, is down', async () => {
    answer({}, 'full', 500);
    const errors = [];
    for (let calls = 0; calls < 5; calls += 1) errors.push(await fetchFile().catch((error: unknown) => error));
    expect(errors.map(String).slice(0, 4)).toEqual(Array(4).fill('TemporaryError: The host answered 500: full'));
    expect(errors[4]).toMatchObject({ name: 'RetryAfter', reason: 'dependency_down: http_500' });
  });

  it('costs an attempt where the host is down and the job has been put off three times', async () => {
    answer({}, 'full', 500);
    for (let calls = 0; calls < 4; calls += 1) await fetchFile().catch(() => undefined);
    const tried = fetchFile({}, jobInMemory({ run: 5, attempt: 2 }));
    await expect(tried).rejects.toMatchObject({ name: 'TemporaryError', code: 'http_500' });
  });

  describe('through a connection', () => {
    it('fetches what its rules permit', async () => {
      const { file } = await fetchFile({ url: '/files/a', connection: 'shop' });
      expect([file.size, target.seen[0]?.url]).toEqual([2, '/v1/files/a']);
      await expect(fetchFile({ url: '/admin', connection: 'shop' })).rejects.toMatchObject({
        code: 'outside_connection',
      });
    });

    it('stores no file that has a secret in it, also where that is cut in two', async () => {
      target.answer(({ headers }, response) => {
        const sent = headers.authorization ?? '';
        response.write(sent.slice(0, 12), () => setImmediate(() => response.end(sent.slice(12))));
      });
      const job = jobInMemory();
      const fetched = fetchFile({ url: '/files/a', connection: 'shop' }, job);
      await expect(fetched).rejects.toMatchObject({ name: 'PermanentError', code: 'secret_in_answer' });
      expect(job.saved.size).toBe(0);
    });

    it('stores none either where the secret is broken off and comes whole with the rest', async () => {
      target.answer(({ headers }, response) => {
        const content = Buffer.from(`of ${headers.authorization ?? ''} and more`);
        const from = Number(/\d+/.exec(headers.range ?? '')?.[0] ?? 0);
        const range = { 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` };
        response.writeHead(from === 0 ? 200 : 206, { etag: ETAG, ...(from === 0 ? {} : range) });
        if (from > 0) response.end(content.subarray(from));
        else response.write(content.subarray(0, content.length - 15), () => void response.destroy());
      });
      const job = jobInMemory();
      const fetched = fetchFile({ url: '/files/a', connection: 'shop' }, job);
      await expect(fetched).rejects.toMatchObject({ name: 'PermanentError', code: 'secret_in_answer' });
      expect([job.saved.size, target.seen.length]).toEqual([0, 2]);
    });

    it('tells nothing of a secret, neither in errors, which break off in it, nor in names and types', async () => {
      target.answer(({ headers }, response) => {
        const sent = headers.authorization ?? '';
        const half = sent.slice(0, -6);
        response.writeHead(422).write(`You are ${half}`, () => setImmediate(() => response.end(sent.slice(-6))));
      });
      const fetched = fetchFile({ url: '/files/a', connection: 'shop' });
      await expect(fetched).rejects.toMatchObject({ code: 'http_422', message: expect.not.stringContaining('canary') });
      target.answer(({ headers }, response) => {
        const sent = headers.authorization ?? '';
        const named = { 'content-disposition': `attachment; filename="${sent}.txt"`, 'content-type': `text/${sent}` };
        response.writeHead(200, named).end('x');
      });
      const { file } = await fetchFile({ url: '/files/a', connection: 'shop' });
      expect(file).toMatchObject({ filename: 'Bearer ***.txt', contentType: 'text/Bearer ***' });
    });
  });
});

/** Answers with the content, or the part of it that is asked for; the first so many answers break in their middle. */
function breaking(times: number, headers: Record<string, string>) {
  let left = times;
  return (request: IncomingMessage, response: ServerResponse): void => {
    const from = Number(/\d+/.exec(request.headers.range ?? '')?.[0] ?? 0);
    const part = CONTENT.subarray(from);
    const range = { 'content-range': `bytes ${from}-${CONTENT.length - 1}/${CONTENT.length}` };
    response.writeHead(from === 0 ? 200 : 206, {
      ...{ ...headers, 'content-length': part.length },
      ...(from === 0 ? {} : range),
    });
    left -= 1;
    if (left < 0) response.end(part);
    else response.write(part.subarray(0, part.length / 2), () => void response.destroy());
  };
}

function pour(_request: IncomingMessage, response: ServerResponse): void {
  const more = (): void => {
    while (!response.destroyed && response.write(Buffer.alloc(65_536)));
    response.once('drain', more);
  };
  more();
}
