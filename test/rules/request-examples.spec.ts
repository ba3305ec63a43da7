import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
/* eslint-disable no-restricted-imports -- Examples name tasks of several apps, which nobody else enters together. */
import { SendPayload } from '../../apps/email/src/tasks/send/send.payload.js';
import { ReportPayload } from '../../apps/exports/src/tasks/report/report.payload.js';
import { Client } from '../../apps/gateway/src/testing/client.js';
import { type RealEdge, startRealEdge } from '../../apps/gateway/src/testing/real-edge.js';
import { DeliverWebhookPayload } from '../../apps/integrations/src/tasks/deliver-webhook/deliver-webhook.payload.js';
import { ProcessImagePayload } from '../../apps/media/src/tasks/process-image/process-image.payload.js';
import { payloadSchema } from '../../libs/consumer/spec/payload-schema.js';
/* eslint-enable no-restricted-imports */

const TASKS = {
  'email.send': SendPayload,
  'exports.report': ReportPayload,
  'integrations.deliver-webhook': DeliverWebhookPayload,
  'media.process-image': ProcessImagePayload,
};

/** What the OpenAPI document says of one call. */
interface Call {
  readonly requestBody?: {
    readonly content: Readonly<
      Record<string, { readonly examples?: Readonly<Record<string, { readonly value: unknown }>> }>
    >;
  };
}

describe('the examples of the OpenAPI document', () => {
  let edge: RealEdge;
  let client: Client;

  beforeAll(async () => {
    edge = await startRealEdge({ webhookSecret: 'a secret of the tests that is long enough' });
    client = new Client(edge.url);
    await edge.announce(Object.entries(TASKS).map(([name, payload]) => ({ name, schema: payloadSchema(payload) })));
  }, 60_000);

  afterAll(() => edge.stop());

  it('stand with what users write first, and are taken as they are', async () => {
    const { json } = await client.get<{ paths: Readonly<Record<string, Readonly<Record<string, Call>>>> }>(
      '/openapi.json',
    );
    const given = Object.entries(json.paths).flatMap(([path, calls]) =>
      Object.entries(calls).flatMap(([method, { requestBody }]) =>
        Object.entries(requestBody?.content['application/json']?.examples ?? {}).map(([name, { value }]) => ({
          ...{ method: method.toUpperCase(), path, name, value },
        })),
      ),
    );
    const paths = ['/v1/api-keys', '/v1/events', '/v1/jobs', '/v1/jobs/batch', '/v1/schedules', '/v1/triggers'];
    expect([...new Set(given.map(({ path }) => path))].toSorted()).toEqual([...paths, '/v1/webhook-endpoints']);
    for (const { method, path, name, value } of given) {
      const { status, text } = await client.call(method, path, value);
      expect([path, name, status, status < 300 ? '' : text]).toEqual([path, name, expect.any(Number), '']);
    }
  });
});
