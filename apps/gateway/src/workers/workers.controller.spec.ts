import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Heartbeat } from '#libs/contracts';
import { type Page } from '../http/page.js';
import { WorkerStore } from '../ledger/worker-store.js';
import { type Answer, Client, pathsOf } from '../testing/client.js';
import { type RealEdge, startRealEdge } from '../testing/real-edge.js';
import { type ShownWorker } from './shown-worker.js';

const LONGEST_HOST = 'h'.repeat(180);

describe('GET /v1/workers', () => {
  let edge: RealEdge;
  let client: Client;

  beforeAll(async () => {
    edge = await startRealEdge();
    client = new Client(edge.url);
    const common = { appVersion: '1.0.0', concurrency: 4, seq: 1, runs: [] };
    await new WorkerStore(edge.database).hear([
      {
        ...common,
        domain: 'media',
        worker: 'media@a',
        runs: [{ job: '0198aaaa-bbbb-7ccc-8ddd-eeeeffff0000', run: 2 }],
        memory: { rss: 150_000_000, limit: 536_870_912 },
      },
      { ...common, domain: 'email', worker: `email@${LONGEST_HOST}` },
      { ...common, domain: 'media', worker: 'media@gone' },
    ]);
    await edge.database.query(`UPDATE workers SET heard_at = now() - interval '6 seconds' WHERE id = 'media@gone'`);
  }, 30_000);

  afterAll(() => edge.stop());

  const list = (query = ''): Promise<Answer<Page<ShownWorker>>> => client.get(`/v1/workers${query}`);

  it('shows who works on what, and who is no longer heard', async () => {
    const { status, json } = await list();
    expect(status).toBe(200);
    expect(json.nextCursor).toBeNull();
    expect(json.data.map(({ id, alive }) => [id, alive])).toEqual([
      [`email@${LONGEST_HOST}`, true],
      ['media@a', true],
      ['media@gone', false],
    ]);
    expect(json.data[1]).toEqual({
      ...{ id: 'media@a', domain: 'media', queue: 'media', appVersion: '1.0.0', concurrency: 4, alive: true },
      startedAt: expect.stringMatching(/Z$/),
      heardAt: expect.stringMatching(/Z$/),
      runs: [{ jobId: '0198aaaa-bbbb-7ccc-8ddd-eeeeffff0000', run: 2 }],
      memory: { rss: 150_000_000, limit: 536_870_912 },
    });
    expect(json.data[0]?.memory).toBeNull();
  });

  it('shows those alone that are alive, or those that are silent, heard of last first', async () => {
    const beat = (worker: string): Heartbeat => ({
      ...{ worker, domain: 'video', appVersion: '1.0.0', concurrency: 1, seq: 1, runs: [] },
    });
    await new WorkerStore(edge.database).hear([beat('video@a'), beat('video@b'), beat('video@c'), beat('video@d')]);
    const silence = { 'video@a': 3_600, 'video@b': 60, 'video@c': 60 };
    await edge.database.query(
      `UPDATE workers SET heard_at = now() - seconds * interval '1 second'
       FROM unnest($1::text[], $2::int[]) AS silent (id, seconds) WHERE workers.id = silent.id`,
      [Object.keys(silence), Object.values(silence)],
    );
    const { json: living } = await list('?alive=true');
    expect(living.data.map(({ id }) => id)).toEqual([`email@${LONGEST_HOST}`, 'media@a', 'video@d']);
    const silent: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const { json }: Answer<Page<ShownWorker>> = await list(
        `?alive=false&limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`,
      );
      silent.push(...json.data.map(({ id }) => id));
      cursor = json.nextCursor;
    }
    expect(silent).toEqual(['media@gone', 'video@c', 'video@b', 'video@a']);
    for (const query of ['?alive=constructor', '?alive=false&cursor=bWVkaWEgYQ']) {
      expect((await list(query)).status).toBe(422);
    }
    await edge.database.query("DELETE FROM workers WHERE domain = 'video'");
  });

  it('goes through the list in pages', async () => {
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const { json }: Answer<Page<ShownWorker>> = await list(`?limit=1${cursor === '' ? '' : `&cursor=${cursor}`}`);
      seen.push(...json.data.map(({ id }) => id));
      cursor = json.nextCursor;
    }
    expect(seen).toEqual([`email@${LONGEST_HOST}`, 'media@a', 'media@gone']);
    for (const [query, path] of [
      ['?cursor=bWVkaWE', 'cursor'],
      ['?limit=0', 'limit'],
      ['?queue=media', 'queue'],
    ] as const) {
      const refused = await client.get(`/v1/workers${query}`);
      expect([refused.status, pathsOf(refused)]).toEqual([422, [path]]);
    }
  });

  it('is for operators', async () => {
    const { json } = await client.post<{ secret: string }>('/v1/api-keys', {
      name: 'r',
      tenant: 'r',
      scopes: ['jobs:read'],
    });
    expect((await client.get('/v1/workers', { key: json.secret })).status).toBe(403);
    expect((await client.get('/v1/workers', { key: null })).status).toBe(401);
  });
});
