import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { fastify } from 'fastify';
import { startTracing } from '#libs/observability';
import { traceRequests } from './request-spans.js';

interface SentSpan {
  readonly name: string;
  readonly attributes: readonly { readonly key: string; readonly value: unknown }[];
}

interface SentSpans {
  readonly resourceSpans: readonly { readonly scopeSpans: readonly { readonly spans: readonly SentSpan[] }[] }[];
}

describe('the span of a request', () => {
  const spans: SentSpan[] = [];
  let collector: Server;
  beforeAll(async () => {
    collector = createServer((request, response) => {
      void json(request).then((body) => {
        spans.push(
          ...(body as SentSpans).resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)),
        );
        response.setHeader('content-type', 'application/json').end('{}');
      });
    });
    await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
    const { port } = collector.address() as AddressInfo;
    const tracing = await startTracing({ service: 'test', endpoint: `http://127.0.0.1:${port}` });
    const server = fastify();
    traceRequests(server);
    server.get('/things/:id', () => ({}));
    const address = await server.listen({ port: 0, host: '127.0.0.1' });
    for (const path of ['/things/1', '/nowhere/private']) await (await fetch(`${address}${path}`)).text();
    await server.close();
    await tracing.stop();
  });
  afterAll(() => new Promise((resolve) => collector.close(resolve)));

  const routeOf = ({ attributes }: SentSpan): unknown => attributes.find(({ key }) => key === 'http.route')?.value;

  it('is named after the route, and after the method alone where there is none', () => {
    expect(spans.map((span) => [span.name, routeOf(span)])).toEqual([
      ['GET /things/:id', { stringValue: '/things/:id' }],
      ['GET', undefined],
    ]);
  });
});
