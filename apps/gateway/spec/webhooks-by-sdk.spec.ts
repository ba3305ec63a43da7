import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Leveret, NotFoundError } from '#libs/sdk';
import { ADMIN_KEY, type RealEdge, startRealEdge } from '../src/testing/real-edge.js';

describe('webhooks by the SDK', () => {
  let edge: RealEdge;
  let leveret: Leveret;

  beforeAll(async () => {
    edge = await startRealEdge({ webhookSecret: 'a secret of the tests, long enough' });
    leveret = new Leveret({ apiKey: ADMIN_KEY, url: edge.url });
    await edge.announce([{}, { name: 'integrations.deliver-webhook' }]);
  });
  afterAll(() => edge.stop());

  it('shows the secret of a tenant, and replaces it', async () => {
    const before = await leveret.webhookSecret.get();
    expect(before).toMatch(/^whsec_/);
    const after = await leveret.webhookSecret.rotate();
    expect(after).not.toBe(before);
    await expect(leveret.webhookSecret.get()).resolves.toBe(after);
  });

  it('keeps endpoints, and their secrets', async () => {
    const { id, secret } = await leveret.webhookEndpoints.create({
      url: 'https://example.com/hooks',
      events: 'job.failed',
    });
    await expect(leveret.webhookEndpoints.secret(id)).resolves.toBe(secret);
    await expect(leveret.webhookEndpoints.rotateSecret(id)).resolves.toMatch(/^whsec_/);
    await expect(leveret.webhookEndpoints.update(id, { events: null, concurrency: 3 })).resolves.toMatchObject({
      ...{ id, events: ['job.*'], concurrency: 3, disabled: null },
    });
    await expect(leveret.webhookEndpoints.list().page()).resolves.toMatchObject({ data: [{ id }] });
    await leveret.webhookEndpoints.delete(id);
    await expect(leveret.webhookEndpoints.get(id)).rejects.toBeInstanceOf(NotFoundError);
  });

  it('tries endpoints out, and delivers once more', async () => {
    const { id } = await leveret.webhookEndpoints.create({ url: 'https://example.com/hooks' });
    const test = await leveret.webhookEndpoints.test(id);
    expect(test).toMatchObject({ endpointId: id, kind: 'test', status: 'queued' });
    const again = await leveret.webhookEndpoints.redeliver(id, test.id);
    expect(again).toMatchObject({ kind: 'replay', messageId: test.messageId });
    const { data } = await leveret.webhookEndpoints.deliveries(id, { status: 'queued' }).page();
    expect(data.map((delivery) => delivery.id)).toEqual([again.id, test.id]);
    await leveret.worker.enqueue({ task: 'demo.echo' });
    await expect(leveret.webhookEndpoints.replay(id, { since: new Date(0) })).resolves.toBe(0);
  });
});
