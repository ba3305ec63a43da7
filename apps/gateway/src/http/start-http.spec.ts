import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, pathsOf } from '../testing/client.js';
import { ADMIN_KEY, type RealEdge, startRealEdge } from '../testing/real-edge.js';

const JSON_TYPE = { 'content-type': 'application/json' };

describe('the HTTP edge', () => {
  let edge: RealEdge;
  let client: Client;
  beforeAll(async () => {
    edge = await startRealEdge();
    client = new Client(edge.url);
    await edge.announce([{}]);
  }, 30_000);
  afterAll(() => edge.stop());

  const post = (raw: string | Buffer, headers: Record<string, string> = JSON_TYPE) =>
    client.post('/v1/jobs', undefined, { raw, headers });

  it.each([
    ['GET', '/v1/nothing', 404],
    ['GET', '/', 404],
    ['PUT', '/v1/jobs', 405],
    ['DELETE', '/v1/tasks/demo.echo', 405],
    ['GET', '/v1/jobs/%zz', 400],
    ['GET', `/v1/jobs/${'x'.repeat(1_025)}`, 414],
  ])('answers %s %.20s with a problem', async (method, path, status) => {
    const answer = await client.call<Record<string, unknown>>(method, path, undefined);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(answer.json).toMatchObject({
      status: answer.status,
      type: expect.any(String),
      title: expect.any(String),
      detail: expect.any(String),
    });
    expect(answer.status).toBe(status);
  });

  it('says which methods a path takes', async () => {
    const answer = await client.call('PUT', '/v1/jobs', undefined);
    expect(answer.headers.get('allow')).toBe('DELETE, GET, HEAD, PATCH, POST');
  });

  it('answers 406 to who takes no JSON, and only then', async () => {
    expect((await client.get('/v1/jobs', { headers: { accept: 'text/html' } })).status).toBe(406);
    expect((await client.get('/v1/jobs', { headers: { accept: 'application/json;q=0' } })).status).toBe(406);
    expect((await client.get('/v1/jobs', { headers: { accept: 'text/html, */*;q=0.1' } })).status).toBe(200);
  });

  it.each([
    ['text/plain', { 'content-type': 'text/plain' }],
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['multipart', { 'content-type': 'multipart/form-data; boundary=x' }],
    ['JSON in UTF-16', { 'content-type': 'application/json; charset=utf-16' }],
    ['nothing', { 'content-type': '' }],
  ])('answers 415 to %s', async (_, headers) => {
    expect((await post('{}', headers)).status).toBe(415);
  });

  it('answers 415 to a compressed body', async () => {
    const headers = { ...JSON_TYPE, 'content-encoding': 'gzip' };
    expect((await post(gzipSync('{"task":"demo.echo"}'), headers)).status).toBe(415);
  });

  it('answers 400 to what is no JSON and 422 to what is no job', async () => {
    expect((await post('{"task": ')).status).toBe(400);
    expect((await post('')).status).toBe(400);
    expect((await post('[]')).status).toBe(422);
    expect((await post('null')).status).toBe(422);
  });

  it('keeps prototypes as they are', async () => {
    for (const body of [
      '{"task":"demo.echo","payload":{"__proto__":{"polluted":1}}}',
      '{"constructor":{"prototype":{}}}',
    ]) {
      expect((await post(body)).status).toBe(400);
    }
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('reads no body of a caller whom it does not know', async () => {
    const answer = await client.post('/v1/jobs', undefined, { raw: '{"task": ', headers: JSON_TYPE, key: null });
    expect(answer.status).toBe(401);
  });

  it('takes a body of 1 MiB and no more', async () => {
    const body = (size: number) => `{"task":"demo.echo","payload":"${'x'.repeat(size - 33)}"}`;
    expect(pathsOf(await post(body(1_048_576)))).toContain('payload');
    expect((await post(body(1_048_577))).status).toBe(413);
  });

  it.each([
    ['says how long it is', { 'Content-Length': '20000000' }],
    ['does not say how long it is', { 'Transfer-Encoding': 'chunked' }],
    ['ends its connection', { 'Content-Length': '20000000', Connection: 'close' }],
  ])('lets a client that is still sending 20 MB and %s read the 413', async (_, headers) => {
    const answer = await sendWhole(edge.url, 20_000_000, headers);
    expect(answer).toMatch(/^HTTP\/1\.1 413 [\s\S]*application\/problem\+json[\s\S]*"status":413/);
  });

  it('ends the connection of a client that never stops sending', async () => {
    const sent = await sendForever(edge.url);
    expect(sent).toBeGreaterThan(1_000_000);
    expect(sent).toBeLessThan(300_000_000);
  }, 30_000);

  it('answers bytes that are no HTTP with a problem', async () => {
    const text = await new Promise<string>((resolve, reject) => {
      let seen = '';
      connect(Number(new URL(edge.url).port), '127.0.0.1')
        .on('connect', function (this: NodeJS.WritableStream) {
          this.write('NONSENSE\r\n\r\n');
        })
        .on('data', (chunk) => (seen += String(chunk)))
        .on('close', () => {
          resolve(seen);
        })
        .on('error', reject);
    });
    expect(text).toMatch(/^HTTP\/1\.1 400 [\s\S]*application\/problem\+json[\s\S]*"status":400/);
  });

  it('hides what nobody foresaw behind a number that its log has too', async () => {
    await edge.database.query('ALTER TABLE jobs RENAME COLUMN queue TO hidden');
    const answer = await client
      .get('/v1/jobs')
      .finally(() => edge.database.query('ALTER TABLE jobs RENAME COLUMN hidden TO queue'));
    expect(answer.status).toBe(500);
    expect(answer.text).not.toMatch(/column|jobs|\.ts|select/i);
    expect(edge.log.some((line) => line.includes(answer.json.requestId ?? '?') && line.includes('request'))).toBe(true);
  });

  it('sets headers that keep browsers from running its answers', async () => {
    const { headers } = await client.get('/v1/jobs');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('cache-control')).toBe('no-store');
  });

  it('describes every route, and shows the description without a key', async () => {
    const { json } = await client.get<{ openapi: string; paths: Record<string, Record<string, Described>> }>(
      '/openapi.json',
      {
        key: null,
      },
    );
    expect(json.openapi).toMatch(/^3\./);
    expect(Object.keys(json.paths)).toEqual(
      expect.arrayContaining([
        '/v1/jobs',
        '/v1/jobs/{id}',
        '/v1/jobs/{id}/attempts',
        '/v1/files',
        '/v1/tasks',
        '/v1/api-keys',
      ]),
    );
    const calls = Object.entries(json.paths).filter(([path]) => path.startsWith('/v1/'));
    for (const [path, methods] of calls) {
      for (const call of Object.values(methods)) expect([path, call.summary]).toEqual([path, expect.any(String)]);
    }
  });

  it.each([
    ['/v1/jobs', 'AcceptedJob'],
    ['/v1/jobs/batch', 'AcceptedBatch'],
    ['/v1/events', 'AcceptedEvent'],
  ])('describes that what %s makes may be there already', async (path, answer) => {
    type Responses = Record<string, { content: object }>;
    const { json } = await client.get<{ paths: Record<string, { post: { responses: Responses } }> }>('/openapi.json');
    const { 200: there, 202: made } = json.paths[path]?.post.responses ?? {};
    const content = { 'application/json': { schema: { $ref: `#/components/schemas/${answer}` } } };
    expect([there?.content, made?.content]).toEqual([content, content]);
  });

  it('refers in its description to nothing that is not there', async () => {
    const { text, json } = await client.get<{ components: { schemas: object } }>('/openapi.json');
    const names = [...text.matchAll(/#\/components\/schemas\/(\w+)/g)].map(([, name]) => name ?? '');
    expect(names.filter((name) => !(name in json.components.schemas))).toEqual([]);
  });

  it('shows a page to try it that loads nothing from elsewhere', async () => {
    const page = await client.get('/docs', { key: null });
    expect(page.status).toBe(200);
    const links = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link]) => link ?? '');
    expect(links.length).toBeGreaterThan(2);
    for (const link of links) expect((await client.get(`/${link}`, { key: null })).status).toBe(200);
    expect(page.headers.get('content-security-policy')).toMatch(/script-src 'self'/);
    expect((await client.get('/docs/package.json', { key: null })).status).toBe(404);
  });

  it('answers health and metrics without a key', async () => {
    for (const path of ['/health/live', '/health/ready', '/metrics']) {
      expect((await client.get(path, { key: null })).status).toBe(200);
    }
  });

  it('says in one sentence that a port is in use', async () => {
    const port = Number(new URL(edge.url).port);
    await expect(startRealEdge({ port })).rejects.toThrow(`Port ${port} of 127.0.0.1 is in use. Set PORT`);
  }, 30_000);
});

interface Described {
  readonly summary?: string;
}

/** Sends a whole body before it reads anything, as many clients do. */
async function sendWhole(url: string, bytes: number, headers: Record<string, string>): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1').pause();
  const broken = new Promise<never>((_, reject) => {
    socket.on('error', reject);
  });
  const written = (content: string | Buffer): Promise<unknown> =>
    Promise.race([broken, new Promise((resolve) => socket.write(content, resolve))]);
  const head = { Host: 'x', 'Content-Type': 'application/json', Authorization: `Bearer ${ADMIN_KEY}`, ...headers };
  const lines = Object.entries(head).map(([name, value]) => `${name}: ${value}\r\n`);
  await written(`POST /v1/jobs HTTP/1.1\r\n${lines.join('')}\r\n`);
  const chunked = 'Transfer-Encoding' in headers;
  const chunk = Buffer.alloc(100_000, 0x20);
  const framed = chunked ? Buffer.concat([Buffer.from('186a0\r\n'), chunk, Buffer.from('\r\n')]) : chunk;
  for (let sent = 0; sent < bytes; sent += chunk.length) await written(framed);
  if (chunked) await written('0\r\n\r\n');
  const answer = new Promise<string>((resolve) => {
    let text = '';
    socket.resume().on('data', (data) => {
      text += String(data);
      if (text.endsWith('}')) resolve(text);
    });
  });
  return Promise.race([broken, answer]).finally(() => socket.destroy());
}

/** Bytes that were taken until the server ended the connection. */
function sendForever(url: string): Promise<number> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    const chunk = Buffer.alloc(1_000_000, 0x20);
    const more = (): void => {
      while (!socket.destroyed && socket.write(chunk));
    };
    socket.write(
      `POST /v1/jobs HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${ADMIN_KEY}\r\n` +
        'Content-Type: application/json\r\nContent-Length: 9000000000\r\n\r\n',
    );
    more();
    socket
      .on('drain', more)
      .on('error', () => undefined)
      .on('close', () => {
        resolve(socket.bytesWritten);
      })
      .resume();
  });
}
