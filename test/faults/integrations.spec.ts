import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Job } from '#libs/contracts';
// eslint-disable-next-line no-restricted-imports -- what specs of the lib call is what a suite calls
import { type HttpTarget, startHttpTarget } from '../../libs/egress/spec/http-target.js';
import { type LocalBroker } from '../../tools/local-nodes/local-node.js';
import { eventually } from '../support/eventually.js';
import { privateBroker } from '../support/private-servers.js';
import { SuiteJobs } from '../support/suite-jobs.js';
import { testEnvironment } from '../support/test-environment.js';
import { startSuite, type TestSuite } from '../support/test-suite.js';
import { startUserDatabase, type TestDatabase } from '../support/user-database.js';

const PATIENCE_MS = 120_000;
const RECOVERY_MS = 60_000;
const APP = 'integrations';
const SECOND = 'integrations-2';

const [PAGES, PAGE_ROWS] = [6, 10];
const ROWS = PAGES * PAGE_ROWS;
/** In the middle of the third page. */
const HELD_ROW = 25;
/** While somebody has the lock 1, the write of that row waits. */
const CUSTOMERS = `create table customers (id int primary key, name text);
  create function wait() returns trigger language plpgsql as 'begin perform pg_advisory_xact_lock_shared(1); return new; end';
  create trigger wait before insert on customers for each row when (new.id = ${HELD_ROW}) execute function wait()`;
const DATASETS = {
  customers: {
    ...{ database: 'shop', sql: 'select * from customers', columns: { id: 'integer', name: 'text' } },
    import: { table: 'customers', key: ['id'] },
  },
};
const RESOURCES = {
  customers: {
    ...{ path: '/customers', rows: 'data', columns: { id: 'id', name: 'name' } },
    pagination: { type: 'cursor', param: 'page', next: 'next' },
  },
};
/** One failure opens it. */
const FRAIL = { failureShare: 0.01, leastCalls: 1, open: '2s', longestOpen: '2s' };
/** Calls at once of all processes together. */
const NARROW = { limits: { concurrency: 2 }, timeouts: { headers: '1m', total: '1m' } };
const CROWD = 6;
/** So often that more than a second has passed, in which processes tell each other what they use. */
const PUT_OFF_TIMES = 3;

describe('the integrations app', () => {
  let broker: LocalBroker;
  let shop: TestDatabase;
  let host: HttpTarget;
  let suite: TestSuite;
  let jobs: SuiteJobs;

  beforeAll(async () => {
    [broker, shop, host] = await Promise.all([privateBroker(), startUserDatabase(CUSTOMERS), startHttpTarget()]);
    const connections = {
      shop: { baseUrl: host.url, resources: RESOURCES },
      frail: { baseUrl: `${host.url}/frail`, breaker: FRAIL },
      narrow: { baseUrl: `${host.url}/narrow`, ...NARROW },
    };
    const env = {
      ...{ EGRESS_ALLOW: host.pair, DATASETS_DATABASES: `shop=${shop.url}` },
      CONNECTIONS_FILE: await written({ connections }),
      DATASETS_FILE: await written({ databases: { shop: {} }, datasets: DATASETS }),
    };
    suite = await startSuite({ apps: [APP], broker, env });
    jobs = new SuiteJobs(suite);
  }, PATIENCE_MS);

  afterAll(async () => {
    await suite.stop();
    await Promise.all([broker.kill(), shop.stop(), host.stop()]);
  }, PATIENCE_MS);

  const call = (connection: string): Promise<Job> => jobs.enqueue('integrations.call-api', { connection, url: '/' });

  /** Waits until one of the jobs has been put off so often. */
  const putOff = (some: readonly Job[], times: number): Promise<unknown> =>
    eventually(`job that was put off ${times} times`, async () => {
      const all = await Promise.all(some.map(({ id }) => jobs.attempts(id)));
      return all.some((runs) => runs.filter(({ outcome }) => outcome === 'snoozed').length >= times) || undefined;
    });

  /** How many calls to the narrow one are made at once, where it leaves all without an answer for a while. */
  const callsAtOnce = async (served: Served): Promise<number> => {
    served.holds = true;
    const crowd = await Promise.all(Array.from({ length: CROWD }, () => call('narrow')));
    await putOff(crowd, PUT_OFF_TIMES);
    const { length } = served.held;
    served.holds = false;
    for (const response of served.held.splice(0)) response.end();
    for (const { id } of crowd) expect(await jobs.completed(id, RECOVERY_MS)).toMatchObject({ attempt: 1 });
    return length;
  };

  it(
    'that is killed while it writes a page goes on with that page: no row is lost, none is written twice',
    async () => {
      const asked = servePages(host);
      await shop.client.query('select pg_advisory_lock(1)');
      const payload = { connection: 'shop', resource: 'customers', dataset: 'customers' };
      const { id } = await jobs.enqueue('integrations.sync', payload);
      await eventually('write that waits', async () => {
        const { rows } = await shop.client.query("select from pg_locks where locktype = 'advisory' and not granted");
        return rows.length === 1 || undefined;
      });
      await suite.kill(APP);
      await shop.client.query('select pg_advisory_unlock(1)');
      await suite.startApp(APP);
      expect(await jobs.completed(id, RECOVERY_MS)).toMatchObject({
        attempt: 2,
        result: { inserted: ROWS, updated: 0, deleted: 0, rejected: 0, pages: PAGES },
      });
      const { rows } = await shop.client.query<{ id: number }>('select id from customers order by id');
      expect(rows.map((row) => row.id)).toEqual(Array.from({ length: ROWS }, (_, index) => index + 1));
      expect(asked).toEqual([1, 2, 3, 3, 4, 5, 6]);
    },
    PATIENCE_MS,
  );

  it(
    'agrees again in all its processes on who is down and on what may be called, when the broker they meet at has been killed',
    async () => {
      const metrics = [await suite.restart(APP), await suite.startApp(APP, SECOND)];
      const frailIs = (state: 'open' | 'closed'): Promise<unknown> =>
        eventually(`that both have it for ${state}`, async () => {
          const pages = await Promise.all(metrics.map(async (url) => (await fetch(`${url}/metrics`)).text()));
          const isOpen = (page: string): boolean => page.includes('leveret_dependency_open{dependency="frail"} 1');
          return pages.every((page) => isOpen(page) === (state === 'open')) || undefined;
        });
      const served = serveFrailAndNarrow(host);
      const first = await call('frail');
      await frailIs('open');
      await putOff([first], 1);

      await broker.kill();
      await broker.start();
      served.isDown = false;
      expect(await jobs.completed(first.id, RECOVERY_MS)).toMatchObject({ attempt: 1 });
      await frailIs('closed');

      // At the first calls neither knows yet that the other one makes some, too.
      await callsAtOnce(served);
      expect(await callsAtOnce(served)).toBe(NARROW.limits.concurrency);

      served.isDown = true;
      await call('frail');
      await frailIs('open');
      served.isDown = false;
    },
    PATIENCE_MS,
  );
});

async function written(content: object): Promise<string> {
  const file = join(testEnvironment().folder, `${randomBytes(6).toString('hex')}.json`);
  await writeFile(file, JSON.stringify(content));
  return file;
}

/** Answers pages of customers by their number, and gives the numbers that were asked for. */
function servePages(host: HttpTarget): readonly number[] {
  const asked: number[] = [];
  host.answer(({ url = '' }, response) => {
    const page = Number(new URL(url, host.url).searchParams.get('page') ?? '1');
    asked.push(page);
    const data = Array.from({ length: PAGE_ROWS }, (_, index) => {
      const id = (page - 1) * PAGE_ROWS + index + 1;
      return { id, name: `n${id}` };
    });
    response.end(JSON.stringify({ data, next: page < PAGES ? page + 1 : null }));
  });
  return asked;
}

interface Served {
  /** Whether calls to the frail one break. */
  isDown: boolean;
  /** Whether calls to the narrow one are left without an answer. */
  holds: boolean;
  readonly held: ServerResponse[];
}

function serveFrailAndNarrow(host: HttpTarget): Served {
  const served: Served = { isDown: true, holds: false, held: [] };
  host.answer(({ url = '' }, response) => {
    if (url.startsWith('/frail') && served.isDown) response.destroy();
    else if (url.startsWith('/narrow') && served.holds) served.held.push(response);
    else response.end();
  });
  return served;
}
