import { once } from 'node:events';
import { type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { RetryAfter } from '#libs/consumer';
import { DEPENDENCY_TERMS, type DependencyTerms, type WholeAnswer } from '#libs/egress';
import { type HttpTarget, startHttpTarget } from '../../spec/http-target.js';
import { JumpingClock, outgoingTo } from '../../spec/outgoing-to.js';
import { type Outgoing, type OutgoingCall } from './outgoing.js';

const OPEN_MS = 60_000;
/** What a process that has just come waits for. */
const HEARING_MS = 500;
/** One failure is enough. */
const FRAIL: DependencyTerms = {
  ...DEPENDENCY_TERMS,
  breaker: { failureShare: 0.01, leastCalls: 1, openMs: OPEN_MS, longestOpenMs: OPEN_MS },
};

describe('Outgoing', () => {
  let target: HttpTarget;
  let other: HttpTarget;
  let outgoing: Outgoing;
  let clock: JumpingClock;

  beforeEach(async () => {
    [target, other] = await Promise.all([startHttpTarget(), startHttpTarget()]);
    clock = new JumpingClock();
    const termsOf = (name: string): DependencyTerms => (name === 'calm' ? DEPENDENCY_TERMS : FRAIL);
    outgoing = outgoingTo([target.pair, other.pair], { termsOf, clock });
  });
  afterEach(async () => {
    await outgoing.onApplicationShutdown();
    await Promise.all([target.stop(), other.stop()]);
  });

  const call = (url: string, more: Partial<OutgoingCall> = {}): Promise<WholeAnswer> =>
    outgoing.exchange({ method: 'GET', url, signal: new AbortController().signal, ...more });
  const breakOff = (): void => target.answer((_request, response) => void response.destroy());
  const errorOf = async (made: Promise<unknown>): Promise<unknown> =>
    made.then(
      () => undefined,
      (error: unknown) => error,
    );

  it('parks a call that finds its host down, and those that follow without a word to the host', async () => {
    breakOff();
    const errors = [await errorOf(call(target.url)), await errorOf(call(target.url))];
    expect(errors).toEqual([expect.any(RetryAfter), expect.any(RetryAfter)]);
    expect(errors).toMatchObject([{ reason: 'dependency_down: call_broken' }, { reason: 'dependency_down' }]);
    expect(target.seen).toHaveLength(1);
  });

  it('has the call to another host, and one through a connection, go on', async () => {
    breakOff();
    await errorOf(call(target.url));
    target.answer((_request, response) => void response.end('ok'));
    expect((await call(other.url)).status).toBe(200);
    expect((await call(target.url, { dependency: 'calm' })).status).toBe(200);
  });

  it('gives an error that is tried again for a failure that makes nothing a dead host', async () => {
    breakOff();
    await expect(call(target.url, { dependency: 'calm' })).rejects.toMatchObject({ name: 'TemporaryError' });
  });

  it('tries a host that was down when its time has come, and goes on where that succeeds', async () => {
    breakOff();
    const parked = await errorOf(call(target.url));
    target.answer((_request, response) => void response.end('back'));
    expect(parked).toBeInstanceOf(RetryAfter);
    clock.jump((parked as RetryAfter).delayMs);
    const answers = await Promise.all([call(target.url), errorOf(call(target.url))]);
    // The second comes while the first is the probe.
    expect(answers).toMatchObject([{ status: 200 }, { reason: 'dependency_down' }]);
    expect((await call(target.url)).status).toBe(200);
  });

  it.each([
    [503, RetryAfter],
    [429, undefined],
    [404, undefined],
  ])('takes an answer of %i for a sign of a host that is down, or does not', async (status, error) => {
    target.answer((_request, response) => void response.writeHead(status).end());
    expect((await call(target.url)).status).toBe(status);
    const next = await errorOf(call(target.url));
    expect(next instanceof RetryAfter).toBe(error === RetryAfter);
  });

  it('says that a job may wait, as long as it has been put off fewer than three times', async () => {
    target.answer((_request, response) => void response.writeHead(500).end());
    expect(await call(target.url, { job: { run: 4, attempt: 2 } })).toMatchObject({ downMs: expect.any(Number) });
    expect(await call(other.url)).not.toHaveProperty('downMs');
    other.answer((_request, response) => void response.writeHead(500).end());
    expect(await call(other.url, { job: { run: 5, attempt: 2 } })).not.toHaveProperty('downMs');
    expect(await errorOf(call(other.url, { job: { run: 5, attempt: 2 } }))).toBeInstanceOf(RetryAfter);
  });

  it('takes a body that breaks off for one, too', async () => {
    target.answer((_request, response) => {
      response.writeHead(200, { 'content-length': 10 }).write('abc', () => void response.destroy());
    });
    const errors = [await errorOf(call(target.url)), await errorOf(call(target.url))];
    expect(errors).toMatchObject([{ reason: 'dependency_down: call_broken' }, { reason: 'dependency_down' }]);
    expect(target.seen).toHaveLength(1);
  });

  it('takes a call that its own side ends for none', async () => {
    target.answer(() => undefined);
    const cancelling = new AbortController();
    const made = errorOf(call(target.url, { signal: cancelling.signal }));
    cancelling.abort(new Error('cancelled'));
    expect(await made).toMatchObject({ message: 'cancelled' });
    target.answer((_request, response) => void response.end('ok'));
    expect((await call(target.url)).status).toBe(200);
  });

  it('counts a call as one in flight until its body has ended', async () => {
    await outgoing.onApplicationShutdown();
    outgoing = outgoingTo([target.pair], { termsOf: () => ({ ...DEPENDENCY_TERMS, concurrency: 1 }), clock });
    clock.jump(HEARING_MS);
    let open: ServerResponse | undefined;
    target.answer((_request, response) => {
      open = response;
      response.write('begun');
    });
    const { body } = await outgoing.open({ method: 'GET', url: target.url, signal: new AbortController().signal });
    await expect(call(target.url)).rejects.toMatchObject({ reason: 'dependency_busy' });
    open?.end();
    body.resume();
    await once(body, 'close');
    target.answer((_request, response) => void response.end('ok'));
    expect((await call(target.url)).status).toBe(200);
  });

  it('refuses an address in the same way however often it is called', async () => {
    for (let calls = 0; calls < 6; calls += 1) {
      await expect(call('http://169.254.169.254/')).rejects.toMatchObject({ code: 'egress_refused' });
    }
    await expect(call('http://')).rejects.toMatchObject({ code: 'egress_refused' });
  });

  it.each(['https://', 'ftp://example.com/', 'http://127.0.0.1:1/', `http://${'a'.repeat(254)}/`])(
    'takes what may never be called for nothing that it depends on: %s',
    async (url) => {
      const known: string[] = [];
      const termsOf = (name: string): DependencyTerms => (known.push(name), DEPENDENCY_TERMS);
      await outgoing.onApplicationShutdown();
      outgoing = outgoingTo([target.pair], { termsOf });
      await expect(call(url)).rejects.toMatchObject({ code: 'egress_refused' });
      await call(target.url);
      expect(known).toEqual([target.pair]);
    },
  );

  it('takes a host with a dot at its end for the same', async () => {
    await outgoing.onApplicationShutdown();
    outgoing = outgoingTo([], { termsOf: () => FRAIL, resolve: () => Promise.reject(new Error('ENOTFOUND')) });
    await expect(call('http://gone.example./')).rejects.toMatchObject({ reason: 'dependency_down: host_unresolved' });
    await expect(call('http://gone.example/')).rejects.toMatchObject({ reason: 'dependency_down' });
  });

  it('holds nothing against a host to which a body cannot be sent because it cannot be read', async () => {
    const unreadable = new Error('the file is gone');
    const body = Readable.from(
      (function* () {
        yield Buffer.from('begun');
        throw unreadable;
      })(),
    );
    expect(await errorOf(call(target.url, { method: 'POST', body }))).toBe(unreadable);
    expect((await call(target.url)).status).toBe(200);
  });
});
