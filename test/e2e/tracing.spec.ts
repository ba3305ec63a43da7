import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Job } from '#libs/contracts';
// eslint-disable-next-line no-restricted-imports -- what specs of the lib are told is what a suite tells
import { type CollectedSpan, SpanCollector } from '../../libs/observability/spec/span-collector.js';
import { eventually } from '../support/eventually.js';
import { SuiteJobs } from '../support/suite-jobs.js';
import { startSuite, type TestSuite } from '../support/test-suite.js';

const PATIENCE_MS = 90_000;
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const CALLER = '00f067aa0ba902b7';
const TASK = 'integrations.call-api';
const [SERVER, CLIENT, PRODUCER, CONSUMER] = [2, 3, 4, 5];
const CANARY = 'canary-in-the-url';

describe('a job whose caller traces', () => {
  let suite: TestSuite;
  let collector: SpanCollector;
  let host: Server;
  let job: Job;
  let spans: readonly CollectedSpan[];
  /** The trace contexts that the called host was given. */
  const given: (string | undefined)[] = [];

  beforeAll(async () => {
    collector = await SpanCollector.open();
    host = createServer((request, response) => {
      given.push(request.headers['traceparent'] as string | undefined);
      response.writeHead(given.length === 1 ? 503 : 200, { 'content-type': 'application/json' }).end('{}');
    });
    host.listen(0, '127.0.0.1');
    await once(host, 'listening');
    const pair = `127.0.0.1:${(host.address() as AddressInfo).port}`;
    suite = await startSuite({
      apps: ['integrations'],
      env: {
        ...{ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_BSP_SCHEDULE_DELAY: '200' },
        ...{ EGRESS_ALLOW: pair, LOG_LEVEL: 'debug' },
      },
    });
    const body = {
      ...{ task: TASK, payload: { method: 'GET', url: `http://${pair}/${CANARY}?token=${CANARY}` } },
      // Long enough for the ladder.
      backoff: { type: 'fixed', delay: 1_000, jitter: 0 },
    };
    const headers = { traceparent: `00-${TRACE}-${CALLER}-01` };
    job = (await suite.api<Job>('POST', '/v1/jobs', body, { headers })).body;
    await new SuiteJobs(suite).completed(job.id);
    spans = await eventually(
      'seven spans of the trace',
      () => {
        const own = collector.spans.filter(({ traceId }) => traceId === TRACE);
        return own.length >= 7 ? own : undefined;
      },
      () => collector.spans.map(({ name, traceId }) => [name, traceId]),
    );
  }, PATIENCE_MS);

  afterAll(async () => {
    await suite.stop();
    await collector.close();
    host.closeAllConnections();
    host.close();
  }, PATIENCE_MS);

  const of = (kind: number): readonly CollectedSpan[] => spans.filter((span) => span.kind === kind);
  const idsOf = (some: readonly CollectedSpan[]): readonly string[] => some.map(({ spanId }) => spanId);
  const parentsOf = (some: readonly CollectedSpan[]): readonly string[] => some.map(({ parentSpanId }) => parentSpanId);

  it('is one trace: from its call by both messages and both runs to the calls that they make', () => {
    expect(spans.map(({ service, name }) => `${service}: ${name}`).sort()).toEqual([
      'gateway: POST /v1/jobs',
      `gateway: send ${TASK}`,
      `gateway: send ${TASK}`,
      'integrations: GET',
      'integrations: GET',
      `integrations: process ${TASK}`,
      `integrations: process ${TASK}`,
    ]);
    expect(parentsOf(of(SERVER))).toEqual([CALLER]);
    expect(parentsOf(of(PRODUCER))).toEqual([...idsOf(of(SERVER)), ...idsOf(of(SERVER))]);
    expect([...parentsOf(of(CONSUMER))].sort()).toEqual([...idsOf(of(PRODUCER))].sort());
    expect([...parentsOf(of(CLIENT))].sort()).toEqual([...idsOf(of(CONSUMER))].sort());
  });

  it('lets the called host go on with it', () => {
    const calls = of(CLIENT).map(({ spanId }) => `00-${TRACE}-${spanId}-01`);
    expect([...given].sort()).toEqual(calls.sort());
  });

  it('is described by the semantic conventions', () => {
    const about = { 'messaging.system': 'rabbitmq', 'messaging.message.id': job.id, 'leveret.tenant': 'default' };
    const sent = { ...about, 'messaging.operation.type': 'send' };
    expect(of(PRODUCER).map(({ attributes }) => attributes)).toEqual([
      expect.objectContaining({ ...sent, 'messaging.destination.name': 'leveret.work', 'leveret.attempt': 1 }),
      expect.objectContaining({ ...sent, 'messaging.destination.name': 'leveret.delay', 'leveret.attempt': 2 }),
    ]);
    const [failed, done] = of(CONSUMER);
    expect(failed).toMatchObject({ status: 2, attributes: { ...about, 'messaging.operation.type': 'process' } });
    expect(failed?.attributes).toMatchObject({ 'leveret.outcome': 'retry', 'leveret.attempt': 1 });
    expect(done).toMatchObject({ status: 0, attributes: { 'leveret.outcome': 'done', 'leveret.attempt': 2 } });
    expect(of(SERVER)[0]?.attributes).toMatchObject({
      ...{ 'http.request.method': 'POST', 'http.route': '/v1/jobs', 'http.response.status_code': 202 },
    });
    expect(of(CLIENT).map(({ attributes }) => attributes['http.response.status_code'])).toEqual([503, 200]);
  });

  it('tells the collector and the log no secrets, and the log its trace', () => {
    expect(JSON.stringify(collector.spans)).not.toContain(CANARY);
    const lines = suite.log('integrations');
    expect(lines.join('\n')).not.toContain(CANARY);
    const ended = lines
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter(({ event }) => event === 'job.ended');
    expect(ended.map(({ job: id, task, attempt, tenant, trace }) => [id, task, attempt, tenant, trace])).toEqual([
      [job.id, TASK, 1, 'default', TRACE],
      [job.id, TASK, 2, 'default', TRACE],
    ]);
  });
});
