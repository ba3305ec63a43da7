import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../../../../../test/support/eventually.js';
import { catalogOf } from '../../../spec/catalog-of.js';
import { jobInMemory } from '#libs/consumer-testing';
import { startUserDatabase, type TestDatabase } from '../../../spec/user-database.js';
import { ExecuteHandler, type ExecuteResult } from './execute.handler.js';

const STATEMENTS = {
  clean: {
    database: 'shop',
    sql: 'delete from things where n in (select n from things where n > :above limit 100)',
    params: { above: { type: 'integer', default: 0 } },
  },
  tidy: { database: 'shop', sql: 'with gone as (delete from things returning n) select count(*) from gone' },
  refresh: { database: 'shop', sql: 'refresh materialized view sums', repeat: false },
  slow: { database: 'shop', sql: 'select pg_sleep(60)', repeat: false },
  broken: { database: 'shop', sql: 'delete from nothing' },
};

describe('exports.execute', () => {
  let database: TestDatabase;
  let handler: ExecuteHandler;

  beforeAll(async () => {
    database = await startUserDatabase(
      'create table things (n int); create materialized view sums as select sum(n) from things',
    );
    handler = new ExecuteHandler(catalogOf(database.url, { statements: STATEMENTS }));
  });
  afterAll(() => database.stop());
  beforeEach(() => database.client.query('truncate things; insert into things select generate_series(1, 250)'));

  const execute = (statement: string, params?: Record<string, unknown>, job = jobInMemory()): Promise<ExecuteResult> =>
    handler.execute({ statement, ...(params && { params }) }, job.context);

  it('runs a statement until it changes no more rows', async () => {
    const job = jobInMemory();
    expect(await execute('clean', undefined, job)).toEqual({ rows: 250, batches: 4 });
    expect(job.progress.map(({ message }) => message)).toEqual(['100 rows', '200 rows', '250 rows', '250 rows']);
  });

  it('takes values for its parameters', async () => {
    expect(await execute('clean', { above: 240 })).toEqual({ rows: 10, batches: 2 });
    await expect(execute('clean', { above: '1; drop table things' })).rejects.toMatchObject({ code: 'invalid_params' });
  });

  it('runs once what gives rows and tells of none that it changes', async () => {
    expect(await execute('tidy')).toEqual({ rows: 0, batches: 1 });
    await expect(database.client.query('select from things')).resolves.toMatchObject({ rowCount: 0 });
  });

  it('runs once what is not to be repeated', async () => {
    expect(await execute('refresh')).toMatchObject({ batches: 1 });
    const { rows } = await database.client.query('select * from sums');
    expect(rows).toEqual([{ sum: '31375' }]);
  });

  it('ends the statement in the database when the job is cancelled', async () => {
    const cancelling = new AbortController();
    const ending = execute('slow', undefined, jobInMemory({ signal: cancelling.signal }));
    const sleepers = async (): Promise<number> => {
      const { rowCount } = await database.client.query("select from pg_stat_activity where wait_event = 'PgSleep'");
      return rowCount ?? 0;
    };
    await eventually('sleeping statement', async () => (await sleepers()) > 0 || undefined);
    cancelling.abort(new Error('cancelled'));
    await expect(ending).rejects.toThrow('cancelled');
    await eventually('end of the statement', async () => (await sleepers()) === 0 || undefined);
  });

  it('fails for good when there is no such statement, or the database refuses it', async () => {
    await expect(execute('none')).rejects.toMatchObject({ name: 'PermanentError', code: 'unknown_statement' });
    await expect(execute('broken')).rejects.toMatchObject({ name: 'PermanentError', code: 'query_failed' });
  });
});
