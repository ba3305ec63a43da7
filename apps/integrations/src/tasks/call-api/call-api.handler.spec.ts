import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type HttpTarget, startHttpTarget } from '../../../spec/http-target.js';
import { connectionsOf } from '../../../spec/connections-of.js';
import { jobInMemory } from '#libs/consumer-testing';
import { outgoingTo } from '../../../spec/outgoing-to.js';
import { ConnectionCalls } from '../../connections/connection-calls.js';
import { OAuthTokens } from '../../connections/oauth-tokens.js';
import { type Outgoing } from '../../outgoing/outgoing.js';
import { CallApiHandler, type CallApiResult } from './call-api.handler.js';
import { type CallApiPayload } from './call-api.payload.js';

const SECRETS = {
  TOKEN: 'canary/bearer+token',
  PASSWORD: 'canary"password',
  KEY: 'canary-key',
  CLIENT: 'canary-client',
};
const JSON_TYPE = { 'content-type': 'application/json' };

describe('integrations.call-api', () => {
  let target: HttpTarget;
  let outgoing: Outgoing;
  let handler: CallApiHandler;

  beforeEach(async () => {
    target = await startHttpTarget();
    const auth = {
      bearer: { type: 'bearer', token: { env: 'TOKEN' } },
      basic: { type: 'basic', user: 'me', password: { env: 'PASSWORD' } },
      key: { type: 'api-key', header: 'x-api-key', key: { env: 'KEY' } },
      oauth: {
        type: 'oauth2',
        tokenUrl: `${target.url}/token`,
        clientId: 'app',
        clientSecret: { env: 'CLIENT' },
        scope: 'a b',
      },
    };
    const written = Object.entries(auth).map(([name, how]) => [
      name,
      {
        baseUrl: `${target.url}/v1`,
        auth: how,
        headers: { 'x-version': '2' },
        retry: { temporary: [409], permanent: [501] },
      },
    ]);
    const connections = connectionsOf(Object.fromEntries(written) as Record<string, unknown>, SECRETS);
    outgoing = outgoingTo([target.pair]);
    handler = new CallApiHandler(connections, new ConnectionCalls(outgoing, new OAuthTokens(outgoing)), outgoing);
  });
  afterEach(async () => {
    await outgoing.onApplicationShutdown();
    await target.stop();
  });

  const call = (payload: Partial<CallApiPayload> = {}, job = jobInMemory()): Promise<CallApiResult> =>
    handler.callApi({ url: `${target.url}/orders`, ...payload }, job.context);
  const answer = (status: number, headers: Record<string, string> = {}, body: string | Buffer = ''): void =>
    target.answer((_request, response) => void response.writeHead(status, headers).end(body));

  describe('sends', () => {
    it('JSON, with the id of the job as its idempotency key, its trace, and who calls', async () => {
      const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
      const job = jobInMemory({ traceparent });
      await call(
        { method: 'POST', body: { order: 17 }, headers: { 'X-Own': 'yes' }, query: { page: 2, full: true } },
        job,
      );
      expect(target.seen).toMatchObject([
        {
          ...{ method: 'POST', url: '/orders?page=2&full=true', body: '{"order":17}' },
          headers: {
            ...{ 'content-type': 'application/json', 'x-own': 'yes', traceparent },
            ...{ 'idempotency-key': job.context.id, 'user-agent': expect.stringContaining('Leveret') },
          },
        },
      ]);
    });

    it('text as it is, under a type of its own', async () => {
      await call({ method: 'PUT', body: 'a;b', headers: { 'Content-Type': 'text/csv' } });
      expect(target.seen).toMatchObject([{ body: 'a;b', headers: { 'content-type': 'text/csv' } }]);
    });

    it('a stored file', async () => {
      const job = jobInMemory();
      const file = job.give(Buffer.from('a picture'), { contentType: 'image/png' });
      await call({ method: 'PUT', body: file }, job);
      expect(target.seen).toMatchObject([
        { body: 'a picture', headers: { 'content-type': 'image/png', 'content-length': '9' } },
      ]);
    });

    it('an object that has a key of another kind as JSON', async () => {
      await call({ method: 'PUT', body: { key: 'colour', value: 'red' } });
      expect(target.seen).toMatchObject([{ body: '{"key":"colour","value":"red"}' }]);
    });

    it('no file that is not there', async () => {
      const body = { key: 'default/01970000-0000-7000-8000-0000000000ff' };
      await expect(call({ method: 'PUT', body })).rejects.toMatchObject({ code: 'file_not_found' });
    });

    it.each(['authorization', 'Cookie', 'Host', 'Content-Length'])('no header %s of a job', async (name) => {
      await expect(call({ headers: { [name]: 'x' } })).rejects.toMatchObject({ code: 'forbidden_header' });
      expect(target.seen).toEqual([]);
    });
  });

  describe('results in', () => {
    it('JSON', async () => {
      answer(201, { 'content-type': 'application/vnd.api+json; charset=utf-8' }, '{"id":"ü"}');
      expect(await call()).toEqual({ status: 201, body: { id: 'ü' } });
    });

    it('text', async () => {
      answer(200, { 'content-type': 'text/plain' }, 'ok');
      expect(await call()).toEqual({ status: 200, body: 'ok' });
    });

    it('nothing, when the answer is empty', async () => {
      answer(204);
      expect(await call()).toEqual({ status: 204, body: null });
    });

    it.each<[string, string, Buffer]>([
      ['are no text', 'image/png', Buffer.from([1, 2, 3])],
      ['are too many for a result', 'application/json', Buffer.from(JSON.stringify('a'.repeat(70_000)))],
      ['are nested too deeply', 'application/json', Buffer.from(`${'['.repeat(5_000)}${']'.repeat(5_000)}`)],
      ['are no UTF-8', 'text/plain', Buffer.from([0xff, 0xfe])],
    ])('a file, when the bytes %s', async (_kind, type, bytes) => {
      answer(200, { 'content-type': type }, bytes);
      const job = jobInMemory();
      expect(await call({}, job)).toMatchObject({
        status: 200,
        body: null,
        file: { contentType: type, size: bytes.length },
      });
      expect(job.saved.get('answer')).toEqual(bytes);
    });
  });

  describe('when the host answers', () => {
    it.each([
      [429, { 'retry-after': '7' }, 7_000],
      [503, { 'retry-after': '120' }, 120_000],
      [503, { 'retry-after': '99999999' }, 86_400_000],
    ])('%i with Retry-After, it waits as long and costs no attempt', async (status, headers, delayMs) => {
      answer(status, headers);
      await expect(call()).rejects.toMatchObject({ name: 'RetryAfter', delayMs, reason: `http_${status}` });
    });

    it('503 with a date, it waits until then', async () => {
      answer(503, { 'retry-after': new Date(Date.now() + 60_000).toUTCString() });
      const error = await call().catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ name: 'RetryAfter' });
      expect((error as { delayMs: number }).delayMs).toBeGreaterThan(55_000);
    });

    it.each([408, 425, 429, 500, 502, 503, 504])('%i, it is tried again', async (status) => {
      answer(status);
      await expect(call()).rejects.toMatchObject({ name: 'TemporaryError', code: `http_${status}` });
    });

    it.each([400, 401, 403, 404, 409, 410, 422])(
      '%i, it fails for good and says what the host said',
      async (status) => {
        answer(status, JSON_TYPE, '{"error":"card declined"}');
        await expect(call()).rejects.toMatchObject({
          ...{ name: 'PermanentError', code: `http_${status}`, message: expect.stringContaining('card declined') },
        });
      },
    );

    it('a redirect to another method than GET, it fails for good', async () => {
      answer(302, { location: '/elsewhere' });
      await expect(call({ method: 'POST', body: {} })).rejects.toMatchObject({
        name: 'PermanentError',
        code: 'http_302',
      });
    });

    it('what a connection says is otherwise, it is otherwise', async () => {
      answer(409);
      await expect(call({ connection: 'key', url: '/x' })).rejects.toMatchObject({
        name: 'TemporaryError',
        code: 'http_409',
      });
      answer(501);
      await expect(call({ connection: 'key', url: '/x' })).rejects.toMatchObject({
        name: 'PermanentError',
        code: 'http_501',
      });
    });

    it('not at all, it is tried again', async () => {
      target.answer((_request, response) => void response.destroy());
      await expect(call()).rejects.toMatchObject({ name: 'TemporaryError', code: 'call_broken' });
    });

    it('more than is taken, it fails for good', async () => {
      answer(200, {}, Buffer.alloc(1_100_000));
      await expect(call()).rejects.toMatchObject({ name: 'PermanentError', code: 'answer_too_large' });
    });
  });

  it('refuses private addresses for good', async () => {
    await expect(call({ url: 'http://169.254.169.254/latest' })).rejects.toMatchObject({
      ...{ name: 'PermanentError', code: 'egress_refused' },
    });
  });

  it('needs a connection for a path alone, and knows only those of the operator', async () => {
    await expect(call({ url: '/orders' })).rejects.toMatchObject({ name: 'PermanentError', code: 'invalid_url' });
    await expect(call({ connection: 'none' })).rejects.toMatchObject({
      name: 'PermanentError',
      code: 'unknown_connection',
    });
  });

  describe('expects', () => {
    it('a status, also one that is an error else', async () => {
      answer(404, JSON_TYPE, '{}');
      expect(await call({ expect: { status: [200, 404] } })).toEqual({ status: 404, body: {} });
      answer(200);
      await expect(call({ expect: { status: 201 } })).rejects.toMatchObject({
        name: 'PermanentError',
        code: 'http_200',
      });
    });

    it('fields of JSON', async () => {
      answer(200, JSON_TYPE, '{"state":"paid","card":{"brand":"x","last4":"4242"},"items":[1,2]}');
      await call({ expect: { json: { state: 'paid', card: { last4: '4242' }, items: [1, 2] } } });
      for (const json of [{ state: 'open' }, { card: { last4: 1 } }, { items: [1] }, { constructor: {} }, []]) {
        await expect(call({ expect: { json } })).rejects.toMatchObject({ code: 'unexpected_answer' });
      }
    });
  });

  it('costs no attempt any more while the host, which answers with 5xx alone, is down', async () => {
    answer(503);
    const errors = [];
    for (let calls = 0; calls < 5; calls += 1) errors.push(await call().catch((error: unknown) => error));
    const failed = { name: 'TemporaryError', code: 'http_503' };
    const parked = { name: 'RetryAfter', reason: 'dependency_down: http_503' };
    expect(errors).toMatchObject([failed, failed, failed, failed, parked]);
  });

  it('costs an attempt where the host is down and the job has been put off three times', async () => {
    answer(500);
    for (let calls = 0; calls < 4; calls += 1) await call().catch(() => undefined);
    const tried = call({}, jobInMemory({ run: 5, attempt: 2 }));
    await expect(tried).rejects.toMatchObject({ name: 'TemporaryError', code: 'http_500' });
  });

  describe('through a connection', () => {
    const authorizations = (): unknown[] => target.seen.map(({ headers }) => headers.authorization);

    it('proves who calls, and the headers of the connection come before those of the job', async () => {
      await call({ connection: 'bearer', url: '/orders', headers: { 'x-version': '1', 'x-own': '1' } });
      await call({ connection: 'basic', url: '/orders' });
      await call({ connection: 'key', url: `${target.url}/v1/orders` });
      expect(target.seen).toMatchObject([
        { url: '/v1/orders', headers: { authorization: `Bearer ${SECRETS.TOKEN}`, 'x-version': '2', 'x-own': '1' } },
        { headers: { authorization: `Basic ${Buffer.from(`me:${SECRETS.PASSWORD}`).toString('base64')}` } },
        { headers: { 'x-api-key': SECRETS.KEY } },
      ]);
    });

    it('stays within it, also when the host redirects', async () => {
      await expect(call({ connection: 'key', url: '/../admin' })).rejects.toMatchObject({ code: 'outside_connection' });
      answer(302, { location: '/admin' });
      await expect(call({ connection: 'key', url: '/orders' })).rejects.toMatchObject({ code: 'outside_connection' });
      expect(target.seen).toHaveLength(1);
    });

    it('asks for a token once, and for another when it is refused', async () => {
      let issued = 0;
      let valid = 1;
      target.answer((request, response) => {
        if (request.url === '/token') {
          issued += 1;
          response.writeHead(200, JSON_TYPE).end(JSON.stringify({ access_token: `t${issued}`, expires_in: 3_600 }));
          return;
        }
        response.writeHead(request.headers.authorization === `Bearer t${valid}` ? 200 : 401).end();
      });
      await Promise.all([1, 2, 3].map(() => call({ connection: 'oauth', url: '/a' })));
      expect(issued).toBe(1);
      expect(target.seen[0]).toMatchObject({
        ...{ url: '/token', body: 'grant_type=client_credentials&scope=a+b' },
        headers: { authorization: `Basic ${Buffer.from(`app:${SECRETS.CLIENT}`).toString('base64')}` },
      });
      valid = 2;
      expect((await call({ connection: 'oauth', url: '/b' })).status).toBe(200);
      expect(authorizations().slice(-3)).toEqual(['Bearer t1', expect.stringContaining('Basic'), 'Bearer t2']);
    });

    it('tries again when there is no token', async () => {
      answer(400, JSON_TYPE, '{"error":"invalid_client"}');
      const error = { name: 'TemporaryError', code: 'authentication_failed' };
      await expect(call({ connection: 'oauth', url: '/a' })).rejects.toMatchObject(error);
    });

    // Hosts for trying things out, and error pages, answer with what they were sent.
    it.each(['bearer', 'basic', 'key', 'oauth'])(
      'shows no secret of %s, whatever the host answers',
      async (connection) => {
        let status = 200;
        target.answer((request, response) => {
          const token = { access_token: 'canary-access', expires_in: 3_600 };
          const forms = Object.values(SECRETS).flatMap((secret) => [encodeURIComponent(secret), secret]);
          const echo = request.url === '/token' ? token : { echo: request.headers, forms };
          response.writeHead(request.url === '/token' ? 200 : status, JSON_TYPE).end(JSON.stringify(echo));
        });
        const own = { bearer: SECRETS.TOKEN, basic: SECRETS.PASSWORD, key: SECRETS.KEY, oauth: SECRETS.CLIENT }[
          connection
        ];
        const forms = [own, 'canary-access', Buffer.from(`me:${SECRETS.PASSWORD}`).toString('base64')].flatMap(
          (secret) => {
            const inJson = JSON.stringify(secret).slice(1, -1);
            return [secret, encodeURIComponent(String(secret)), inJson, inJson.replaceAll('/', '\\/')];
          },
        );
        const shown = [JSON.stringify(await call({ connection, url: '/echo' }))];
        status = 422;
        shown.push(String(await call({ connection, url: '/echo' }).catch((error: unknown) => error)));
        expect(shown[0]).toContain('***');
        for (const form of forms) expect(shown.join()).not.toContain(form);
      },
    );
  });
});
