import { afterEach, describe, expect, it } from '@jest/globals';
import { type Act, json, problem, ScriptedGateway, silent, tornOff } from '../../spec/scripted-gateway.js';
import {
  ConflictError,
  InvalidRequestError,
  NotFoundError,
  NotSentError,
  TryLaterError,
  UnauthorizedError,
  UnknownOutcomeError,
} from '../errors.js';
import { Leveret } from '../leveret.js';
import { type LeveretOptions } from '../options.js';

const JOB = { id: 'job-1', status: 'queued' };
const request = { task: 'demo.echo', payload: {} };

describe('a call of the gateway', () => {
  let gateway: ScriptedGateway;

  afterEach(() => gateway.stop());

  async function client(script: readonly Act[], options: LeveretOptions = {}): Promise<Leveret> {
    gateway = await ScriptedGateway.start(...script);
    return new Leveret({ apiKey: 'key', url: gateway.url, ...options });
  }

  it('carries the key and the body', async () => {
    const leveret = await client([json(202, JOB)]);
    await expect(leveret.worker.enqueue(request)).resolves.toEqual(JOB);
    expect(gateway.requests).toMatchObject([
      { method: 'POST', path: '/v1/jobs', body: JSON.stringify(request), headers: { authorization: 'Bearer key' } },
    ]);
  });

  it('carries what a list is filtered by', async () => {
    const leveret = await client([json(200, { data: [], nextCursor: null })]);
    await leveret.jobs.list({ status: ['failed', 'cancelled'], metadata: { order: 7 } }).page();
    await leveret.jobs.list({ status: 'failed' }).page();
    expect(gateway.requests.map(({ path }) => decodeURIComponent(path))).toEqual([
      '/v1/jobs?status=failed,cancelled&metadata.order=7',
      '/v1/jobs?status=failed',
    ]);
  });

  it('carries the headers that the client was set up with', async () => {
    const leveret = await client([json(202, JOB)], { headers: { 'x-tenant-hint': 'north' } });
    await leveret.worker.enqueue(request);
    expect(gateway.requests[0]?.headers).toMatchObject({ 'x-tenant-hint': 'north', authorization: 'Bearer key' });
  });

  it('goes below the path of the URL', async () => {
    const leveret = await client([json(200, JOB)]);
    await new Leveret({ apiKey: 'key', url: `${gateway.url}/leveret/` }).jobs.get('job-1');
    await leveret.jobs.get('a/b');
    expect(gateway.requests.map(({ path }) => path)).toEqual(['/leveret/v1/jobs/job-1', '/v1/jobs/a%2Fb']);
  });

  it.each([
    ['the connection broke', tornOff],
    ['the ledger did not confirm', problem(503, { code: 'job_unconfirmed' }, { 'retry-after': '0' })],
    ['the outbox is full', problem(503, { code: 'outbox_full' }, { 'retry-after': '0' })],
    ['too many calls were made', problem(429, {}, { 'retry-after': '0' })],
    ['the first call is still being stored', problem(409, { code: 'idempotency_key_in_use' }, { 'retry-after': '0' })],
    ['a proxy has no gateway', (response) => void response.writeHead(502).end('<html>')],
  ] as readonly [string, Act][])('is sent again under one idempotency key when %s', async (_, failure) => {
    const leveret = await client([failure, failure, json(202, JOB)]);
    await expect(leveret.worker.enqueue(request)).resolves.toEqual(JOB);
    const keys = gateway.requests.map(({ headers }) => headers['idempotency-key']);
    expect(keys).toHaveLength(3);
    expect(new Set(keys).size).toBe(1);
    expect(keys[0]).toMatch(/^[\da-f-]{36}$/);
  });

  it('has a key of its own each time, or the one that is given', async () => {
    const leveret = await client([json(202, JOB)]);
    await leveret.worker.enqueue(request);
    await leveret.worker.enqueue(request);
    await leveret.worker.enqueue(request, { idempotencyKey: 'order-1' });
    const keys = gateway.requests.map(({ headers }) => headers['idempotency-key']);
    expect(new Set(keys).size).toBe(3);
    expect(keys[2]).toBe('order-1');
  });

  it('waits as long as the gateway asks', async () => {
    const leveret = await client([problem(429, {}, { 'retry-after': '1' }), json(200, JOB)]);
    const begun = Date.now();
    await leveret.jobs.get('job-1');
    expect(Date.now() - begun).toBeGreaterThanOrEqual(1_000);
  });

  it('does not wait for longer than it has', async () => {
    const leveret = await client([problem(503, { code: 'storage_full' }, { 'retry-after': '60' })], { timeout: '10s' });
    const failed = await caught(leveret.jobs.get('job-1'));
    expect(failed).toBeInstanceOf(TryLaterError);
    expect(failed).toMatchObject({ retryAfterMs: 60_000, code: 'storage_full', status: 503 });
  });

  it('is tried as often as it may be', async () => {
    const leveret = await client([problem(503, { code: 'outbox_full' }, { 'retry-after': '0' })], { retries: 2 });
    await expect(leveret.worker.enqueue(request)).rejects.toBeInstanceOf(TryLaterError);
    expect(gateway.requests).toHaveLength(3);
  });

  it.each([
    [400, InvalidRequestError],
    [413, InvalidRequestError],
    [422, InvalidRequestError],
    [401, UnauthorizedError],
    [403, UnauthorizedError],
    [404, NotFoundError],
    [410, NotFoundError],
    [409, ConflictError],
  ])('that is answered with %i fails at once as what follows from it', async (status, kind) => {
    const leveret = await client([problem(status)]);
    await expect(leveret.worker.enqueue(request)).rejects.toBeInstanceOf(kind);
    expect(gateway.requests).toHaveLength(1);
  });

  it('names the fields that are wrong', async () => {
    const errors = [{ path: 'payload.colour', message: 'is unknown' }];
    const leveret = await client([problem(422, { detail: 'payload.colour is unknown', errors })]);
    const failed = await caught(leveret.worker.enqueue(request));
    expect(failed).toMatchObject({
      name: 'InvalidRequestError',
      message: 'POST /v1/jobs: 422 payload.colour is unknown',
      errors,
    });
  });

  it('says that nothing was sent where nobody listens', async () => {
    const leveret = await client([json(200, JOB)], { retries: 1 });
    await gateway.stop();
    await expect(leveret.worker.enqueue(request)).rejects.toBeInstanceOf(NotSentError);
    gateway = await ScriptedGateway.start();
  });

  it('whose body is no JSON is never sent, and fails as what it is', async () => {
    const leveret = await client([json(202, JOB)]);
    const failed = await caught(leveret.worker.enqueue({ task: 'demo.echo', payload: { n: 1n } }));
    expect(failed).toBeInstanceOf(TypeError);
    expect(gateway.requests).toEqual([]);
  });

  it('that was perhaps taken is so for good, with the key to send it again by', async () => {
    const leveret = await client([tornOff, problem(503, { code: 'outbox_full' }, { 'retry-after': '0' })], {
      retries: 1,
    });
    const failed = await caught(leveret.worker.enqueue(request, { idempotencyKey: 'order-1' }));
    expect(failed).toBeInstanceOf(UnknownOutcomeError);
    expect(failed).toMatchObject({ idempotencyKey: 'order-1' });
  });

  it('is not sent again when it was perhaps taken and may not come twice', async () => {
    const leveret = await client([tornOff, json(202, JOB)]);
    await expect(leveret.jobs.cancel('job-1')).rejects.toBeInstanceOf(UnknownOutcomeError);
    expect(gateway.requests).toHaveLength(1);
  });

  it('is sent again when it may not come twice and was refused for now', async () => {
    const leveret = await client([
      problem(503, { code: 'ledger_unavailable' }, { 'retry-after': '0' }),
      json(202, JOB),
    ]);
    await expect(leveret.jobs.cancel('job-1')).resolves.toEqual(JOB);
  });

  it('takes the word of a proxy for nothing', async () => {
    const leveret = await client([(response) => void response.writeHead(503).end('<html>')]);
    await expect(leveret.jobs.cancel('job-1')).rejects.toBeInstanceOf(UnknownOutcomeError);
  });

  it('ends when its time is up, as one that was perhaps taken', async () => {
    const leveret = await client([silent]);
    const failed = await caught(leveret.worker.enqueue(request, { timeout: 100 }));
    expect(failed).toMatchObject({ name: 'UnknownOutcomeError', message: 'POST /v1/jobs: No answer came in time.' });
  });

  it('ends when an answer that has begun does not go on', async () => {
    const leveret = await client([(response) => void response.writeHead(200).write('{"id":')], { retries: 0 });
    await expect(leveret.jobs.get('job-1', { timeout: 100 })).rejects.toBeInstanceOf(TryLaterError);
  });

  it('rejects with the reason of its signal: before, during and between its tries', async () => {
    const leveret = await client([silent]);
    const reason = new Error('No longer wanted.');
    await expect(leveret.jobs.get('job-1', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(gateway.requests).toHaveLength(0);

    const during = new AbortController();
    const call = leveret.jobs.get('job-1', { signal: during.signal });
    setImmediate(() => {
      during.abort(reason);
    });
    await expect(call).rejects.toBe(reason);

    await gateway.stop();
    const between = new AbortController();
    const later = await client([
      (response, received) => {
        problem(429, {}, { 'retry-after': '20' })(response, received);
        response.once('close', () => between.abort(reason));
      },
    ]);
    await expect(later.jobs.get('job-1', { signal: between.signal })).rejects.toBe(reason);
  });
});

describe('setting up a client', () => {
  it.each([undefined, '', 'with a blank'])('refuses %p for an API key', (key) => {
    expect(() => new Leveret(key)).toThrow(TypeError);
  });

  it('refuses what is no URL of a gateway', () => {
    expect(() => new Leveret({ url: 'ftp://host' })).toThrow("Expected the gateway's URL");
  });

  it('refuses tries and times that are none', () => {
    expect(() => new Leveret({ retries: -1 })).toThrow('Expected retries');
    expect(() => new Leveret({ timeout: 'soon' })).toThrow('Expected a duration');
  });
});

/** What a promise rejects with. */
async function caught(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
    return undefined;
  } catch (error) {
    return error;
  }
}
