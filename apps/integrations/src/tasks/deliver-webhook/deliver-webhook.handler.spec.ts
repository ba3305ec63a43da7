import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { openStorage, type Storage } from '#libs/storage';
import { WebhookSecrets } from '#libs/webhooks';
import { type HttpTarget, startHttpTarget } from '../../../spec/http-target.js';
import { jobInMemory } from '#libs/consumer-testing';
import { outgoingTo } from '../../../spec/outgoing-to.js';
import { type Outgoing } from '../../outgoing/outgoing.js';
import { WebhookKeys } from '../../outgoing/webhook-keys.js';
import { DeliverWebhookHandler, type DeliverWebhookResult } from './deliver-webhook.handler.js';
import { type DeliverWebhookPayload } from './deliver-webhook.payload.js';

const SECRET = 'a secret of the tests, long enough';

describe('integrations.deliver-webhook', () => {
  let folder: string;
  let storage: Storage;
  let target: HttpTarget;
  let outgoing: Outgoing;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'leveret-deliveries-'));
    storage = await openStorage(pathToFileURL(folder).href);
    target = await startHttpTarget();
    outgoing = outgoingTo([target.pair]);
  });
  afterEach(async () => {
    await outgoing.onApplicationShutdown();
    await target.stop();
    await storage.close();
    await rm(folder, { recursive: true });
  });

  const deliver = (
    secret: string | null = SECRET,
    job = jobInMemory(),
    more: Partial<DeliverWebhookPayload> = {},
  ): Promise<DeliverWebhookResult> =>
    new DeliverWebhookHandler(outgoing, new WebhookKeys(secret, storage)).deliverWebhook(
      { url: `${target.url}/hook`, event: 'order.shipped', data: { name: 'Zoë' }, ...more },
      job.context,
    );
  const answer = (status: number, headers: Record<string, string> = {}): void =>
    target.answer((_request, response) => void response.writeHead(status, headers).end());

  it('sends what the package of the specification verifies, by the secret of the tenant', async () => {
    const job = jobInMemory({ tenant: 'acme' });
    expect(await deliver(SECRET, job)).toEqual({ status: 200, excerpt: 'ok' });
    const [{ method, body, headers } = { method: '', body: '', headers: {} }] = target.seen;
    const webhook = new Webhook(await new WebhookSecrets(SECRET, storage).current({ tenant: 'acme' }));
    expect(webhook.verify(body, headers as Record<string, string>)).toEqual({
      ...{ type: 'order.shipped', timestamp: job.context.dueAt, data: { name: 'Zoë' } },
    });
    expect([method, headers['content-type']]).toEqual(['POST', 'application/json']);
  });

  it('has the same id and body in every try, and a signature that verifies by the secret before it too', async () => {
    const secrets = new WebhookSecrets(SECRET, storage);
    const before = await secrets.current({ tenant: 'default' });
    answer(500);
    await expect(deliver()).rejects.toMatchObject({ name: 'TemporaryError' });
    await secrets.rotate({ tenant: 'default' });
    answer(204);
    await deliver();
    const [first, second] = target.seen;
    expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
    expect(second?.body).toBe(first?.body);
    new Webhook(before).verify(second?.body ?? '', second?.headers as Record<string, string>);
  });

  it.each([300, 302, 400, 401, 404, 422, 429, 500, 503])('is tried again after %i', async (status) => {
    answer(status, { location: `${target.url}/elsewhere` });
    await expect(deliver()).rejects.toMatchObject({ name: 'TemporaryError', code: `http_${status}` });
    expect(target.seen).toHaveLength(1);
  });

  it('comes later, at no charge, when the receiver asks for that', async () => {
    target.answer((_request, response) => void response.writeHead(429, { 'retry-after': '9' }).end('slowly'));
    const reason = 'The receiver answered 429: slowly';
    await expect(deliver()).rejects.toMatchObject({ name: 'RetryAfter', delayMs: 9_000, reason });
  });

  it('comes later, at no charge, while its receiver answers with 5xx alone', async () => {
    answer(500);
    const errors = [];
    for (let tries = 0; tries < 5; tries += 1) errors.push(await deliver().catch((error: unknown) => error));
    expect(errors.slice(0, 4)).toMatchObject(Array(4).fill({ name: 'TemporaryError', code: 'http_500' }));
    expect(errors[4]).toMatchObject({ name: 'RetryAfter', reason: 'The receiver answered 500.' });
  });

  it('costs an attempt where its receiver is down and it has been put off three times', async () => {
    answer(500);
    for (let calls = 0; calls < 4; calls += 1) await deliver().catch(() => undefined);
    const tried = deliver(SECRET, jobInMemory({ run: 5, attempt: 2 }));
    await expect(tried).rejects.toMatchObject({ name: 'TemporaryError', code: 'http_500' });
  });

  it('never comes again after 410', async () => {
    answer(410);
    await expect(deliver()).rejects.toMatchObject({ name: 'PermanentError', code: 'receiver_gone' });
  });

  it('needs no more than the head of an answer', async () => {
    target.answer((_request, response) => void response.writeHead(200).write('and then'));
    expect(await deliver()).toEqual({ status: 200, excerpt: 'and then' });
  });

  it('tells how the answer begins, whether it is a receipt or not', async () => {
    target.answer((_request, response) => void response.writeHead(202).end('x'.repeat(100_000)));
    expect(await deliver()).toEqual({ status: 202, excerpt: 'x'.repeat(1_000) });
    target.answer((_request, response) => void response.writeHead(500).end(' out of order '));
    await expect(deliver()).rejects.toMatchObject({ message: 'The receiver answered 500: out of order' });
  });

  it('goes to an endpoint as the message that it is, signed with the secret of the endpoint', async () => {
    const endpoint = '01970000-0000-7000-8000-0000000000aa';
    const message = { messageId: '01970000-0000-7000-8000-0000000000bb', timestamp: '2026-02-03T04:05:06.000Z' };
    await deliver(SECRET, jobInMemory(), { endpoint, ...message });
    const [{ body, headers } = { body: '', headers: {} }] = target.seen;
    const secrets = new WebhookSecrets(SECRET, storage);
    const webhook = new Webhook(await secrets.current({ tenant: 'default', endpoint }));
    expect(webhook.verify(body, headers as Record<string, string>)).toMatchObject({ timestamp: message.timestamp });
    expect(headers).toMatchObject({ 'webhook-id': message.messageId, 'idempotency-key': message.messageId });
    const tenants = new Webhook(await secrets.current({ tenant: 'default' }));
    expect(() => tenants.verify(body, headers as Record<string, string>)).toThrow();
  });

  it('is not sent without a secret', async () => {
    await expect(deliver(null)).rejects.toMatchObject({ name: 'PermanentError', code: 'webhooks_not_set_up' });
    expect(target.seen).toEqual([]);
  });
});
