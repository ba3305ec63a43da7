import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTracing } from '#libs/observability';
import { type CollectedSpan, SpanCollector } from '../../observability/spec/span-collector.js';
import { type HttpTarget, startHttpTarget } from '../spec/http-target.js';
import { type Call } from './call.js';
import { EgressClient } from './egress-client.js';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const CALLER = '00f067aa0ba902b7';
const ERROR = 2;

describe('a call while a collector is told', () => {
  let collector: SpanCollector;
  let target: HttpTarget;
  let client: EgressClient;

  // A process traces from its start to its end, so all calls are made before the first look at what was told.
  beforeAll(async () => {
    collector = await SpanCollector.open();
    const tracing = await startTracing({ service: 'test', endpoint: collector.url });
    target = await startHttpTarget();
    client = new EgressClient({ allow: [target.pair], userAgent: 'Leveret/test' });
    await client.exchange(call('HEAD', '/services/canary-path?token=canary-query#canary-fragment'));
    await beginLongAnswer();
    await breakAnswers();
    await tracing.stop();
  });
  afterAll(async () => {
    await client.close();
    await target.stop();
    await collector.close();
  });

  const call = (method: string, path: string, headers = {}): Call => ({
    ...{ method, url: `${target.url}${path}`, headers, signal: new AbortController().signal },
  });
  /** In the order of their ends. */
  const told = (method: string): readonly CollectedSpan[] => collector.spans.filter(({ name }) => name === method);

  async function beginLongAnswer(): Promise<void> {
    let end = (): void => undefined;
    target.answer(({ method }, response) => {
      response.write('first, ');
      end = () => void response.end('last');
      if (method === 'PUT') end();
    });
    const { body } = await client.send(call('GET', '/canary-path', { traceparent: `00-${TRACE}-${CALLER}-01` }));
    const endFirst = end;
    await client.exchange(call('PUT', '/'));
    endFirst();
    await text(body);
  }

  async function breakAnswers(): Promise<void> {
    target.answer(({ method }, response) => {
      if (method === 'POST') response.writeHead(503).end();
      else response.write('first, ', () => response.destroy());
    });
    const { body } = await client.send(call('PATCH', '/'));
    await text(body).catch(() => undefined);
    await client.exchange(call('DELETE', '/')).catch(() => undefined);
    await client.exchange(call('POST', '/'));
  }

  it('is told of without anything of its URL but the origin: paths and queries may be secrets', () => {
    const { hostname, port } = new URL(target.url);
    const place = { 'server.address': hostname, 'server.port': Number(port), 'url.full': target.url };
    const attributes = { ...place, 'http.response.status_code': 200 };
    expect([...told('HEAD'), ...told('GET')]).toMatchObject([
      { status: 0, attributes: { ...attributes, 'http.request.method': 'HEAD' } },
      { status: 0, attributes: { ...attributes, 'http.request.method': 'GET' } },
    ]);
    expect(JSON.stringify(collector.spans)).not.toContain('canary');
  });

  it('hands on the trace context of its span in the place of the one that it carries, and else none', () => {
    const [span] = told('GET');
    expect(span).toMatchObject({ traceId: TRACE, parentSpanId: CALLER });
    const given = target.seen.map(({ method, headers }) => [method, headers['traceparent']]);
    expect(given.slice(0, 3)).toEqual([
      ['HEAD', undefined],
      ['GET', `00-${TRACE}-${span?.spanId}-01`],
      ['PUT', undefined],
    ]);
  });

  it('ends with the last byte of an answer that is read as it comes', () => {
    expect(collector.spans.slice(0, 3).map(({ name }) => name)).toEqual(['HEAD', 'PUT', 'GET']);
  });

  it('ends by the status of its answer or the name of its error, also when that comes after the head', () => {
    const ends = ['PATCH', 'DELETE', 'POST'].flatMap(told);
    expect(ends.map(({ status, attributes }) => [status, attributes['error.type']])).toEqual([
      [ERROR, 'CallFailed'],
      [ERROR, 'CallFailed'],
      [ERROR, '503'],
    ]);
  });
});
