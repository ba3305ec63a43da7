import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openRows } from '#libs/datasets';
import { startUserDatabase, type TestDatabase } from '../../spec/user-database.js';

const MANY = 10_000;
/** It is the last but one of a thousand such rows that makes a batch full. */
const LONG = 2_100;

describe('the rows of a query in PostgreSQL', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await startUserDatabase('');
  });
  afterAll(() => database.stop());

  it('all come to a reader that takes its time when a batch is full shortly before its last row', async () => {
    const sql = `select repeat('x', ${LONG}) from generate_series(1, ${MANY})`;
    const rows = await openRows(
      { name: 'shop', dialect: 'postgres', url: database.url },
      { sql, values: [], columns: [] },
      { signal: new AbortController().signal },
    );
    let count = 0;
    for (let batch = await rows.read(); batch.length > 0; batch = await rows.read()) {
      count += batch.length;
      // Like one who has something to do with them: the end of what was asked for is told before more is.
      await setImmediate();
    }
    await rows.close();
    expect(count).toBe(MANY);
  });
});
