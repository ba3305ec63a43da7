import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from '../testing/client.js';
import { newJob } from '../testing/new-job.js';
import { type RealEdge, startRealEdge } from '../testing/real-edge.js';

const START_MS = 60_000;

describe('GET /v1/audit', () => {
  let edge: RealEdge;
  let client: Client;

  beforeAll(async () => {
    edge = await startRealEdge();
    client = new Client(edge.url);
  }, START_MS);

  afterAll(() => edge.stop());

  it('counts the open jobs of every queue, and says why lost ones are not looked for', async () => {
    await edge.jobs.accept(newJob());
    await edge.jobs.accept(newJob({ queue: 'other', scheduledFor: new Date(Date.now() + 60_000) }));
    const none = { unaccounted: 0, outbox: 0, delayed: 0, waiting: 0, paused: 0, running: 0, scheduled: 0 };
    const { status, json } = await client.get<object>('/v1/audit');
    expect([status, json]).toMatchObject([
      200,
      {
        ...{ ...none, outbox: 1, scheduled: 1, open: 2, suspects: 0 },
        queues: [
          { queue: 'lab', ...none, outbox: 1 },
          { queue: 'other', ...none, scheduled: 1 },
        ],
        reconciler: { working: false, reason: 'No gateway has begun to look for lost jobs.' },
        sentinel: { since: null, checkedAt: null, wipedAt: null },
      },
    ]);
  });

  it('is for admins, and takes no parameters', async () => {
    const key = { name: 'reader', tenant: 'default', scopes: ['jobs:read'] };
    const { json } = await client.post<{ secret: string }>('/v1/api-keys', key);
    expect((await client.get('/v1/audit', { key: json.secret })).status).toBe(403);
    expect((await client.get('/v1/audit?queue=lab')).status).toBe(422);
  });
});
