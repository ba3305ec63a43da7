import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Catalog } from '#libs/datasets';
import { catalogOf } from '../../../spec/catalog-of.js';
import { connectionsOf } from '../../../spec/connections-of.js';
import { type HttpTarget, startHttpTarget } from '../../../spec/http-target.js';
import { jobInMemory } from '#libs/consumer-testing';
import { INSTALLATION_PATIENCE_MS, startMariadb } from '../../../spec/mariadb-database.js';
import { outgoingTo } from '../../../spec/outgoing-to.js';
import { startUserDatabase } from '../../../spec/user-database.js';
import { ConnectionCalls } from '../../connections/connection-calls.js';
import { OAuthTokens } from '../../connections/oauth-tokens.js';
import { type Outgoing } from '../../outgoing/outgoing.js';
import { SyncHandler, type SyncResult } from './sync.handler.js';
import { type SyncPayload } from './sync.payload.js';

const TABLE = 'create table customers (id int primary key, name varchar(12) not null, changed varchar(30))';
const DATASETS = {
  customers: {
    database: 'shop',
    sql: 'select * from customers',
    columns: { id: 'integer', name: 'text', changed: 'text' },
    import: { table: 'customers', key: ['id'], required: ['id', 'name'] },
  },
};
const COLUMNS = { id: 'id', name: 'profile.name', changed: 'updatedAt' };
const SINCE = { param: 'since', from: 'updatedAt' };
const RESOURCES = {
  'by-cursor': {
    ...{ path: '/customers', query: { limit: '2' }, rows: 'data', columns: COLUMNS, since: SINCE },
    pagination: { type: 'cursor', param: 'cursor', next: 'meta.next' },
  },
  'with-deletions': { path: '/customers', columns: COLUMNS, deleted: 'deletedAt' },
  'by-page': { path: '/customers', rows: 'data', columns: COLUMNS, pagination: { type: 'page', param: 'page' } },
  'by-link': { path: '/customers', columns: COLUMNS },
  'no-column': { path: '/customers', columns: { id: 'id', nick: 'nick' } },
};

interface Customer {
  readonly id: unknown;
  readonly profile: { readonly name: string | null };
  readonly updatedAt: string;
}

/** A database that syncs write to. */
interface SyncedDatabase {
  readonly url: string;
  readonly run: (sql: string) => Promise<readonly unknown[]>;
  readonly stop: () => Promise<void>;
}

async function postgres(): Promise<SyncedDatabase> {
  const server = await startUserDatabase(TABLE);
  const run = async (sql: string): Promise<readonly unknown[]> =>
    (await server.client.query<Record<string, unknown>>(sql)).rows;
  return { url: server.url, run, stop: () => server.stop() };
}

async function mariadb(): Promise<SyncedDatabase> {
  const server = await startMariadb(TABLE);
  const run = async (sql: string): Promise<readonly unknown[]> =>
    (await server.client.query(sql))[0] as readonly unknown[];
  return { url: server.url, run, stop: () => server.stop() };
}

describe.each([
  ['PostgreSQL', postgres],
  ['MariaDB', mariadb],
])('integrations.sync into %s', (_, start) => {
  let database: SyncedDatabase;
  let catalog: Catalog;
  let target: HttpTarget;
  let outgoing: Outgoing;
  let handler: SyncHandler;

  beforeAll(async () => {
    database = await start();
    catalog = catalogOf(database.url, { datasets: DATASETS });
  }, INSTALLATION_PATIENCE_MS);
  afterAll(() => database.stop());
  beforeEach(async () => {
    for (const table of ['leveret_imports', 'leveret_import_errors', 'leveret_marks'])
      await database.run(`drop table if exists ${table}`);
    await database.run('delete from customers');
    target = await startHttpTarget();
    outgoing = outgoingTo([target.pair]);
    const connections = connectionsOf({ shop: { baseUrl: `${target.url}/v1`, resources: RESOURCES } });
    handler = new SyncHandler(connections, new ConnectionCalls(outgoing, new OAuthTokens(outgoing)), catalog);
  });
  afterEach(async () => {
    await outgoing.onApplicationShutdown();
    await target.stop();
  });

  const customer = (id: unknown, name: string | null = `n${String(id)}`, day = 1): Customer => ({
    ...{ id, profile: { name } },
    updatedAt: `2026-01-0${day}T00:00:00Z`,
  });
  const sync = (
    resource: string,
    job = 1,
    more: Partial<SyncPayload> = {},
    signal?: AbortSignal,
  ): Promise<SyncResult> =>
    handler.sync(
      { connection: 'shop', resource, dataset: 'customers', ...more },
      jobInMemory({ id: `01970000-0000-7000-8000-00000000000${job}`, ...(signal === undefined ? {} : { signal }) })
        .context,
    );
  const rows = (): Promise<readonly unknown[]> => database.run('select id, name from customers order by id');
  const queries = (): Record<string, string>[] =>
    target.seen.map(({ url }) => Object.fromEntries(new URL(url, target.url).searchParams));
  /** Answers pages of two by a cursor, of those that are at least as new as asked for. */
  const serve = (customers: readonly Customer[], onPage: (at: number) => boolean = () => true): void =>
    target.answer(({ url = '' }, response) => {
      const asked = new URL(url, target.url).searchParams;
      const wanted = customers.filter(({ updatedAt }) => updatedAt >= (asked.get('since') ?? ''));
      const at = Number(asked.get('cursor') ?? '0');
      if (!onPage(at)) return void response.writeHead(503).end();
      const next = at + 2 < wanted.length ? String(at + 2) : null;
      response.end(JSON.stringify({ data: wanted.slice(at, at + 2), meta: { next } }));
    });

  it('reads page by page, by a cursor, and says what it has done', async () => {
    serve([1, 2, 3, 4, 5].map((id) => customer(id, `n${id}`, id)));
    expect(await sync('by-cursor')).toEqual({
      ...{ inserted: 5, updated: 0, deleted: 0, rejected: 0, pages: 3, cursor: '2026-01-05T00:00:00Z' },
    });
    expect(await rows()).toMatchObject([1, 2, 3, 4, 5].map((id) => ({ id, name: `n${id}` })));
    expect(queries()).toEqual([{ limit: '2' }, { limit: '2', cursor: '2' }, { limit: '2', cursor: '4' }]);
  });

  it('reads by the numbers of pages until one is empty', async () => {
    target.answer(({ url = '' }, response) => {
      const page = Number(new URL(url, target.url).searchParams.get('page'));
      response.end(JSON.stringify({ data: page > 2 ? [] : [customer(page)] }));
    });
    expect(await sync('by-page')).toMatchObject({ inserted: 2, pages: 3, cursor: null });
    expect(queries()).toEqual([{ page: '1' }, { page: '2' }, { page: '3' }]);
  });

  it('reads by links, which lie within the connection', async () => {
    target.answer(({ url = '' }, response) => {
      const first = url === '/v1/customers';
      if (first) response.setHeader('link', '</v1/customers?p=9>; rel="last", </v1/customers?after=a>; rel="next"');
      response.end(JSON.stringify([customer(first ? 1 : 2)]));
    });
    expect(await sync('by-link')).toMatchObject({ inserted: 2, pages: 2 });
    expect(target.seen.map(({ url }) => url)).toEqual(['/v1/customers', '/v1/customers?after=a']);
    target.answer((_request, response) => {
      response.setHeader('link', '</elsewhere>; rel=next').end(JSON.stringify([customer(1)]));
    });
    await expect(sync('by-link', 2)).rejects.toMatchObject({ code: 'outside_connection' });
  });

  it('asks for what is new since the sync before, and upserts by the key', async () => {
    const before = [customer(1), customer(2, 'old', 2)];
    serve(before);
    await sync('by-cursor');
    serve([...before.slice(0, 1), customer(2, 'new', 3), customer(3, 'n3', 3)]);
    expect(await sync('by-cursor', 2)).toMatchObject({ inserted: 1, updated: 1, cursor: '2026-01-03T00:00:00Z' });
    expect(queries().at(-1)).toMatchObject({ since: '2026-01-02T00:00:00Z' });
    expect(await rows()).toMatchObject([{ name: 'n1' }, { name: 'new' }, { name: 'n3' }]);
  });

  it('begins where the payload says', async () => {
    serve([customer(1, 'n1', 1), customer(2, 'n2', 2)]);
    await sync('by-cursor');
    expect(await sync('by-cursor', 2, { cursor: '2026-01-01T00:00:00Z' })).toMatchObject({ inserted: 0, updated: 2 });
  });

  it('goes on where a run has stopped, its own or that of another job', async () => {
    const all = Array.from({ length: 6 }, (__, index) => customer(index + 1));
    let broken = 2;
    serve(all, (at) => at !== broken);
    await expect(sync('by-cursor')).rejects.toMatchObject({ name: 'TemporaryError', code: 'http_503' });
    expect(await rows()).toHaveLength(2);
    broken = 4;
    await expect(sync('by-cursor')).rejects.toMatchObject({ code: 'http_503' });
    broken = -1;
    expect(await sync('by-cursor', 2)).toMatchObject({ inserted: 2, pages: 1 });
    expect(await rows()).toHaveLength(6);
    expect(queries().map(({ cursor = '0' }) => cursor)).toEqual(['0', '2', '2', '4', '4']);
  });

  it('takes numbers as they are written, however large, also to begin the next sync with', async () => {
    const [older, newer] = ['9007199254740992', '9007199254740993'];
    target.answer((_request, response) => {
      const row = (id: number, at: string): string => `{"id":${id},"profile":{"name":"n"},"updatedAt":${at}}`;
      response.end(`{"data":[${row(1, older)},${row(2, newer)}]}`);
    });
    expect(await sync('by-cursor')).toMatchObject({ inserted: 2, cursor: newer });
    expect(await database.run('select changed from customers order by id')).toMatchObject([
      { changed: older },
      { changed: newer },
    ]);
    await sync('by-cursor', 2);
    expect(queries().at(-1)).toMatchObject({ since: newer });
  });

  it('keeps its place also under the longest names', async () => {
    const long = 'l'.repeat(100);
    const resources = { [long]: RESOURCES['by-cursor'] };
    const connections = connectionsOf({ [long]: { baseUrl: `${target.url}/v1`, resources } });
    const catalogue = catalogOf(database.url, { datasets: { [long]: DATASETS.customers } });
    handler = new SyncHandler(connections, new ConnectionCalls(outgoing, new OAuthTokens(outgoing)), catalogue);
    const names = { connection: long, dataset: long };
    serve([customer(1), customer(2), customer(3)], (at) => at < 2);
    await expect(sync(long, 1, names)).rejects.toMatchObject({ code: 'http_503' });
    serve([customer(1), customer(2), customer(3)]);
    expect(await sync(long, 2, names)).toMatchObject({ inserted: 1, pages: 1 });
  });

  it.each<[string, string, (page: number) => object]>([
    ['cursors that come again', 'by-cursor', (page) => ({ meta: { next: page === 0 ? 1 : (page % 5) + 1 } })],
    ['the same page under every number', 'by-page', () => ({})],
  ])('finds that pages lead in a circle: %s', async (_kind, resource, more) => {
    target.answer(({ url = '' }, response) => {
      const page = Number(new URL(url, target.url).searchParams.get('cursor') ?? '0');
      response.end(JSON.stringify({ data: [customer(page)], ...more(page) }));
    });
    await expect(sync(resource)).rejects.toMatchObject({ name: 'PermanentError', code: 'sync_in_circles' });
    expect(target.seen.length).toBeLessThan(20);
  });

  it('has the same result again when its outcome was lost, and asks nobody', async () => {
    serve([customer(1), customer(2), customer(3)]);
    const result = await sync('by-cursor');
    const asked = target.seen.length;
    expect(await sync('by-cursor')).toEqual(result);
    expect(target.seen).toHaveLength(asked);
  });

  it('leaves the field to another job that reads the same', async () => {
    target.answer(({ url = '' }, response) => {
      const isFirst = !url.includes('cursor');
      const page = JSON.stringify({ data: [customer(isFirst ? 1 : 2)], meta: { next: isFirst ? '1' : null } });
      // While this job waits for its second page, the other one has written it.
      const overtake = isFirst ? Promise.resolve([]) : database.run("update leveret_marks set mark = '{}'");
      void overtake.then(() => response.end(page));
    });
    await expect(sync('by-cursor')).rejects.toMatchObject({ name: 'TemporaryError', code: 'import_overtaken' });
    expect(await rows()).toHaveLength(1);
  });

  it('makes what it needs in the database, also when two begin at the same time', async () => {
    target.answer((_request, response) => void response.end(JSON.stringify([customer(1)])));
    const results = await Promise.all([1, 2, 3, 4].map((job) => sync('by-link', job).catch((error: unknown) => error)));
    for (const result of results)
      expect(result).toMatchObject(result instanceof Error ? { code: 'import_overtaken' } : { pages: 1 });
  });

  const deleted = (id: unknown): object => ({ id, deletedAt: '2026-01-02' });

  it('deletes what the host names as deleted, by the key; of one key the last counts', async () => {
    await database.run(
      "insert into customers (id, name) values (1, 'there'), (2, 'there'), (3, 'there'), (4, 'there')",
    );
    const content = [deleted(1), customer(2), deleted(2), deleted(3), customer(3), deleted(9), deleted('x')];
    target.answer((_request, response) => void response.end(JSON.stringify(content)));
    expect(await sync('with-deletions')).toMatchObject({ inserted: 1, updated: 1, deleted: 4, rejected: 1 });
    expect(await rows()).toMatchObject([
      { id: 3, name: 'n3' },
      { id: 4, name: 'there' },
    ]);
  });

  it('leaves it to the database which keys are one: the last counts also where they are written in two ways', async () => {
    const content = [
      deleted('007'),
      customer('7'),
      customer('8'),
      deleted('08'),
      customer('09'),
      customer('9', 'last'),
    ];
    target.answer((_request, response) => void response.end(JSON.stringify(content)));
    expect(await sync('with-deletions')).toMatchObject({ inserted: 3, updated: 1, deleted: 2, rejected: 0 });
    expect(await rows()).toMatchObject([
      { id: 7, name: 'n7' },
      { id: 9, name: 'last' },
    ]);
  });

  it('fails when it has rejected too many rows, also when it is tried again', async () => {
    const bad = Array.from({ length: 10_001 }, () => ({ id: null }));
    target.answer((_request, response) => void response.end(JSON.stringify(bad)));
    for (let run = 1; run <= 2; run += 1)
      await expect(sync('by-link')).rejects.toMatchObject({ code: 'too_many_rejected' });
  });

  it('rejects rows that do not fit, and writes the others', async () => {
    serve([customer(1), customer('x'), customer(3, null), customer(4, 'far too long a name'), customer(5)]);
    expect(await sync('by-cursor')).toMatchObject({ inserted: 2, rejected: 3 });
  });

  it.each<[string, string, string]>([
    ['[{}', 'by-cursor', 'unexpected_answer'],
    ['{"data":{}}', 'by-cursor', 'unexpected_answer'],
    ['{"data":[],"meta":{"next":"2"}}', 'by-cursor', 'sync_in_circles'],
    ['[]', 'no-column', 'unknown_column'],
    ['[]', 'none', 'unknown_resource'],
  ])('fails for good with %s by %s: %s', async (answer, resource, code) => {
    target.answer((_request, response) => void response.end(answer));
    await expect(sync(resource)).rejects.toMatchObject({ name: 'PermanentError', code });
  });
});
