import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { WebhookSecrets } from '#libs/webhooks';
import { Client } from '../testing/client.js';
import { type RealEdge, startRealEdge } from '../testing/real-edge.js';

const SECRET = 'a secret of the tests, long enough';

describe('the secret of webhooks over HTTP', () => {
  let edge: RealEdge;
  let client: Client;

  beforeAll(async () => {
    edge = await startRealEdge({ webhookSecret: SECRET });
    client = new Client(edge.url);
  });
  afterAll(() => edge.stop());

  const shown = async (): Promise<string> => (await client.get<{ secret: string }>('/v1/webhook-secret')).json.secret;

  it('is the one that webhooks of the tenant are signed with, also when it was replaced', async () => {
    const secrets = new WebhookSecrets(SECRET, edge.storage);
    const before = await shown();
    expect([before]).toEqual(await secrets.signing({ tenant: 'default' }));
    const rotated = await client.post<{ secret: string }>('/v1/webhook-secret/rotate', undefined);
    expect([rotated.status, rotated.json.secret]).toEqual([200, await shown()]);
    expect(await secrets.signing({ tenant: 'default' })).toEqual([rotated.json.secret, before]);
  });

  it('belongs to the tenant of the key', async () => {
    const body = { name: 'x', tenant: 'other', scopes: ['admin'] };
    const { secret: key } = (await client.post<{ secret: string }>('/v1/api-keys', body)).json;
    const other = await client.get<{ secret: string }>('/v1/webhook-secret', { key });
    expect(other.json.secret).toBe(await new WebhookSecrets(SECRET, edge.storage).current({ tenant: 'other' }));
    expect(other.json.secret).not.toBe(await shown());
  });
});

describe('the secret of webhooks without WEBHOOK_SECRET', () => {
  it('is not there, and the answer says why', async () => {
    const edge = await startRealEdge();
    const { status, text } = await new Client(edge.url).get('/v1/webhook-secret');
    await edge.stop();
    expect([status, text]).toEqual([404, expect.stringContaining('WEBHOOK_SECRET')]);
  });
});
