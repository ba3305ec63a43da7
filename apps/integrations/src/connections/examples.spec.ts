import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type HttpTarget, startHttpTarget } from '../../spec/http-target.js';
import { jobInMemory } from '#libs/consumer-testing';
import { JumpingClock, outgoingTo } from '../../spec/outgoing-to.js';
import { practice, type PracticeServers } from '../../spec/practice-servers.js';
import { type Outgoing } from '../outgoing/outgoing.js';
import { CallApiHandler, type CallApiResult } from '../tasks/call-api/call-api.handler.js';
import { type CallApiPayload } from '../tasks/call-api/call-api.payload.js';
import { ConnectionCalls } from './connection-calls.js';
import { type Connections } from './connections.js';
import { loadConnections } from './load-connections.js';
import { OAuthTokens } from './oauth-tokens.js';

const FOLDER = 'examples/connections';
const SECRET = 'canary-of-the-examples';
/** What a process that has just come waits for before limited calls. */
const HEARING_MS = 500;

interface ExampleJob {
  readonly payload: Readonly<Record<string, unknown>>;
}

describe('the examples of connections', () => {
  let target: HttpTarget;
  let servers: PracticeServers;
  let outgoing: Outgoing;
  let clock: JumpingClock;
  let handler: CallApiHandler;

  beforeEach(async () => {
    target = await startHttpTarget();
    servers = practice(target);
    const connections = connectionsAt(target.url);
    clock = new JumpingClock();
    outgoing = outgoingTo([target.pair], { clock, termsOf: (name) => connections.termsOf(name) });
    handler = new CallApiHandler(connections, new ConnectionCalls(outgoing, new OAuthTokens(outgoing)), outgoing);
    clock.jump(HEARING_MS);
  });
  afterEach(async () => {
    await outgoing.onApplicationShutdown();
    await target.stop();
  });

  const run = ({ payload }: ExampleJob, id?: string): Promise<CallApiResult> =>
    handler.callApi(payload as unknown as CallApiPayload, jobInMemory(id === undefined ? {} : { id }).context);
  const changed = (job: ExampleJob, body: object): ExampleJob => ({
    payload: { ...job.payload, body: { ...(job.payload.body as object), ...body } },
  });

  describe('charge-card', () => {
    const job = jobIn('charge-card.json') as ExampleJob;

    it('charges a card', async () => {
      expect(await run(job)).toMatchObject({ status: 201, body: { state: 'captured', amount: 1999 } });
    });

    it('charges it once when the answer is lost and the job runs again', async () => {
      servers.spoil((_request, response) => void response.destroy(), true);
      await expect(run(job)).rejects.toMatchObject({ name: 'TemporaryError', code: 'call_broken' });
      expect(await run(job)).toMatchObject({ status: 200, body: { id: 'ch_1' } });
      expect(servers.charges.size).toBe(1);
      await run(job, '01970000-0000-7000-8000-000000000002');
      expect(servers.charges.size).toBe(2);
    });

    it.each([
      [409, {}, { name: 'TemporaryError', code: 'http_409' }],
      [500, {}, { name: 'TemporaryError', code: 'http_500' }],
      [429, { 'retry-after': '7' }, { name: 'RetryAfter', delayMs: 7_000 }],
    ])('comes again after a %i', async (status, headers, error) => {
      servers.spoil((_request, response) => void response.writeHead(status, headers).end());
      await expect(run(job)).rejects.toMatchObject(error);
      expect(servers.charges.size).toBe(0);
    });

    it('fails for good when the card is declined, and tells no secret', async () => {
      const failed = await run(changed(job, { card: 'tok_declined' })).catch((error: unknown) => error);
      expect(failed).toMatchObject({ name: 'PermanentError', code: 'http_402' });
      expect(String(failed)).toContain('card_declined');
      expect(String(failed)).not.toContain(SECRET);
    });

    it('fails for good when what it answers is no charge', async () => {
      servers.spoil((_request, response) => void response.end('<p>We are moving to a new server!</p>'));
      await expect(run(job)).rejects.toMatchObject({ name: 'PermanentError', code: 'unexpected_answer' });
    });

    it('may be sent nowhere else', async () => {
      const refund = { payload: { ...job.payload, url: '/refunds' } };
      await expect(run(refund)).rejects.toMatchObject({ code: 'outside_connection' });
    });
  });

  describe('send-sms', () => {
    const job = jobIn('send-sms.json') as ExampleJob;

    it('sends a message to a number', async () => {
      await run(job);
      expect(servers.messages).toEqual(['+4915112345678']);
    });

    it('fails for good when there is no such number', async () => {
      await expect(run(changed(job, { to: '12' }))).rejects.toMatchObject({ name: 'PermanentError', code: 'http_400' });
    });

    it('waits while the gateway is being looked after', async () => {
      servers.spoil((_request, response) => void response.writeHead(503, { 'retry-after': '120' }).end());
      await expect(run(job)).rejects.toMatchObject({ name: 'RetryAfter', delayMs: 120_000 });
      expect(servers.messages).toEqual([]);
    });

    it('sends many as a batch, each a job of its own, no faster than the gateway takes them', async () => {
      const { jobs } = jobIn('send-many-sms.json') as { readonly jobs: readonly ExampleJob[] };
      for (const each of Array.from({ length: 6 }, () => jobs).flat()) {
        const waits = await run(each).catch((error: unknown) => error);
        if (waits instanceof Error) expect(waits).toMatchObject({ name: 'RetryAfter', reason: 'dependency_busy' });
      }
      expect(new Set(servers.messages).size).toBe(2);
      expect(servers.messages.length).toBeLessThan(12);
    });
  });

  describe('look-up-prices', () => {
    const job = jobIn('look-up-prices.json') as ExampleJob;

    it('results in rows as exports.import takes them', async () => {
      expect(await run(job)).toMatchObject({ status: 200, body: { products: [{ id: 1, sku: 'G-1' }] } });
    });

    it('fails for good when the list is not whole', async () => {
      servers.spoil((_request, response) => {
        response.setHeader('content-type', 'application/json').end('{"complete":false,"products":[]}');
      });
      await expect(run(job)).rejects.toMatchObject({ code: 'unexpected_answer' });
    });
  });
});

function jobIn(file: string): unknown {
  return JSON.parse(readFileSync(join(FOLDER, file), 'utf8'));
}

/** The connections as they are shipped, at another address. */
function connectionsAt(url: string): Connections {
  const folder = mkdtempSync(join(tmpdir(), 'leveret-examples-'));
  try {
    const file = join(folder, 'connections.yaml');
    const text = readFileSync(join(FOLDER, 'sample.yaml'), 'utf8');
    writeFileSync(file, text.replaceAll(/https:\/\/[a-z]+\.[a-z]+\.example/g, url));
    return loadConnections({ connectionsFile: file, secretIn: () => SECRET });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
