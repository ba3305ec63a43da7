import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { openStorage, type Storage } from '#libs/storage';
import { signatureHeaders } from './signature.js';
import { WebhookSecrets } from './webhook-secrets.js';

const DAY = 24 * 3_600_000;

describe('WebhookSecrets', () => {
  let folder: string;
  let storage: Storage;
  let secrets: WebhookSecrets;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'leveret-webhooks-'));
    storage = await openStorage(pathToFileURL(folder).href);
    secrets = new WebhookSecrets('a secret of the tests, long enough', storage);
  });
  afterEach(async () => {
    await storage.close();
    await rm(folder, { recursive: true });
  });

  it('are 32 bytes, each tenant its own, the same for whoever has the secret of the suite', async () => {
    const [acme, other] = [await secrets.current({ tenant: 'acme' }), await secrets.current({ tenant: 'globex' })];
    expect(Buffer.from(acme.replace(/^whsec_/, ''), 'base64')).toHaveLength(32);
    expect(acme).not.toBe(other);
    expect(await new WebhookSecrets('a secret of the tests, long enough', storage).current({ tenant: 'acme' })).toBe(
      acme,
    );
    expect(await new WebhookSecrets('another secret of the tests', storage).current({ tenant: 'acme' })).not.toBe(acme);
  });

  it('can be replaced, at once for every process, and the one before signs for another day', async () => {
    const before = await secrets.current({ tenant: 'acme' });
    const after = await secrets.rotate({ tenant: 'acme' });
    expect(after).not.toBe(before);
    expect(await new WebhookSecrets('a secret of the tests, long enough', storage).current({ tenant: 'acme' })).toBe(
      after,
    );
    expect(await secrets.signing({ tenant: 'acme' })).toEqual([after, before]);
    expect(await secrets.signing({ tenant: 'acme' }, Date.now() + DAY)).toEqual([after]);
    expect(await secrets.signing({ tenant: 'globex' })).toHaveLength(1);
  });

  it('sign for a day after each was replaced, also when several were', async () => {
    const first = await secrets.current({ tenant: 'acme' });
    const second = await secrets.rotate({ tenant: 'acme' });
    const third = await secrets.rotate({ tenant: 'acme' });
    expect(await secrets.signing({ tenant: 'acme' })).toEqual([third, second, first]);
    for (let more = 0; more < 20; more += 1) await secrets.rotate({ tenant: 'acme' });
    expect((await secrets.signing({ tenant: 'acme' })).length).toBeLessThan(10);
    expect(await secrets.signing({ tenant: 'acme' }, Date.now() + DAY)).toEqual([
      await secrets.current({ tenant: 'acme' }),
    ]);
  });

  it('are of each endpoint its own, and replaced alone', async () => {
    const [first, second] = [
      { tenant: 'acme', endpoint: 'one' },
      { tenant: 'acme', endpoint: 'two' },
    ];
    const before = await secrets.current(first);
    const others = [await secrets.current(second), await secrets.current({ tenant: 'acme' })];
    expect(new Set([before, ...others]).size).toBe(3);
    expect(await secrets.current({ tenant: 'globex', endpoint: 'one' })).not.toBe(before);
    const after = await secrets.rotate(first);
    expect(await secrets.signing(first)).toEqual([after, before]);
    expect([await secrets.current(second), await secrets.current({ tenant: 'acme' })]).toEqual(others);
    await secrets.forget(first);
    expect(await secrets.signing(first)).toEqual([before]);
  });

  it('sign so that the package of the specification verifies it, by either secret', async () => {
    const before = await secrets.current({ tenant: 'acme' });
    const after = await secrets.rotate({ tenant: 'acme' });
    const body = '{"type":"job.completed","data":{"name":"Zoë"}}';
    const headers = signatureHeaders({ id: 'msg-1', at: new Date(), body }, await secrets.signing({ tenant: 'acme' }));
    for (const secret of [before, after]) expect(new Webhook(secret).verify(body, headers)).toEqual(JSON.parse(body));
    expect(() => new Webhook(after).verify(`${body} `, headers)).toThrow();
    const foreign = await secrets.current({ tenant: 'globex' });
    expect(() => new Webhook(foreign).verify(body, headers)).toThrow();
  });
});

describe('signatureHeaders', () => {
  it('gives the signature of the known example', () => {
    const message = {
      id: 'msg_p5jXN8AQM9LWM0D4loKWxqek',
      at: new Date(1_614_265_330_000),
      body: '{"test": 2432232314}',
    };
    expect(signatureHeaders(message, ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLw=='])).toEqual({
      'webhook-id': message.id,
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,ZYYrsjqtCzs7Fz+UCWl19q3m4qG2RWTnFw8UlwDMm5U=',
    });
  });
});
