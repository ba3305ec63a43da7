import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type RealLedger, startRealLedger } from '../testing/real-ledger.js';
import { Database } from './database.js';
import { type PreparedStatement } from './statement.js';

const KEEP_NUMBERS: PreparedStatement = {
  name: 'keep-numbers',
  text: 'INSERT INTO numbers SELECT number FROM unnest($1::int[]) AS new (number) RETURNING number',
};

describe('a prepared statement', () => {
  let ledger: RealLedger;
  let database: Database;

  beforeAll(async () => {
    ledger = await startRealLedger();
    database = new Database(ledger.url, { connections: 1 });
    await database.query('CREATE TABLE numbers (number int PRIMARY KEY)');
  }, 60_000);

  afterAll(async () => {
    await database.close();
    await ledger.stop();
  });

  it('is parsed once by a connection, within transactions and outside of them', async () => {
    expect(await database.query(KEEP_NUMBERS, [[1, 2]])).toEqual([{ number: 1 }, { number: 2 }]);
    expect(await database.transaction((transaction) => transaction.query(KEEP_NUMBERS, [[3]]))).toEqual([
      { number: 3 },
    ]);
    expect(
      await database.query(
        'SELECT (generic_plans + custom_plans)::int AS runs FROM pg_prepared_statements WHERE name = $1',
        [KEEP_NUMBERS.name],
      ),
    ).toEqual([{ runs: 2 }]);
  });
});
