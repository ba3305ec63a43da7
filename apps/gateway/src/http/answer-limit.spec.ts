import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import fastify, { type FastifyInstance } from 'fastify';
import { limitAnswers } from './answer-limit.js';

describe('a call that takes too long', () => {
  let server: FastifyInstance;
  /** Lets the calls be answered whose whole body has come. */
  let finish: (() => void)[];

  beforeEach(async () => {
    finish = [];
    server = fastify();
    server.removeAllContentTypeParsers();
    server.addContentTypeParser('*', (_request, _payload, done) => {
      done(null);
    });
    limitAnswers(server);
    server.all('*', async ({ raw }) => {
      await text(raw);
      await new Promise<void>((resolve) => finish.push(resolve));
      return { done: true };
    });
    await server.listen({ port: 0, host: '127.0.0.1' });
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'clearImmediate', 'queueMicrotask', 'performance'] });
  });
  afterEach(async () => {
    jest.useRealTimers();
    await server.close();
  });

  function call(method: string, path: string): { sent: ClientRequest; answer: Promise<IncomingMessage> } {
    const { port } = server.server.address() as AddressInfo;
    const headers = method === 'POST' ? { 'content-length': 4 } : {};
    const sent = request({ port, host: '127.0.0.1', method, path, headers, agent: false });
    const answer = new Promise<IncomingMessage>((resolve, reject) =>
      sent.once('response', resolve).once('error', reject),
    );
    return { sent, answer };
  }

  async function until(seen: () => boolean): Promise<void> {
    while (!seen()) await turn();
  }

  it('is answered with 503 in time, and what it says later harms nobody', async () => {
    const { sent, answer } = call('GET', '/v1/jobs');
    sent.end();
    await until(() => finish.length === 1);
    jest.advanceTimersByTime(9_000);
    const { statusCode, headers } = await answer;
    expect([statusCode, headers['content-type'], headers['retry-after']]).toEqual([
      503,
      'application/problem+json; charset=utf-8',
      '2',
    ]);
    expect(JSON.parse(await text(await answer))).toMatchObject({ status: 503, code: 'too_slow' });
    finish[0]?.();
    await turn();
  });

  it('has its time from when its body has come', async () => {
    const { sent, answer } = call('POST', '/v1/jobs');
    let begun = false;
    server.server.once('request', () => (begun = true));
    sent.write('{}');
    await until(() => begun);
    jest.advanceTimersByTime(60_000);
    sent.end('{}');
    await until(() => finish.length === 1);
    jest.advanceTimersByTime(8_500);
    finish[0]?.();
    expect((await answer).statusCode).toBe(200);
  });

  it('is not cut short when it carries a file', async () => {
    const { sent, answer } = call('GET', '/v1/files/some/key');
    sent.end();
    await until(() => finish.length === 1);
    jest.advanceTimersByTime(60_000);
    finish[0]?.();
    expect((await answer).statusCode).toBe(200);
  });
});
