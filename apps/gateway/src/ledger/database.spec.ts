import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { type RealLedger, startRealLedger } from '../testing/real-ledger.js';
import { Database, LedgerUnavailableError } from './database.js';

const START_MS = 60_000;
const NOTE = 'INSERT INTO notes (text) VALUES ($1)';
const WRONG = 'INSERT INTO notes (text) VALUES (repeat($1, 1 / 0))';

describe('Database', () => {
  let ledger: RealLedger;
  let database: Database;

  beforeAll(async () => {
    ledger = await startRealLedger();
    database = new Database(ledger.url, { connections: 1 });
    await database.query('CREATE TABLE notes (number serial, text text)');
  }, START_MS);

  afterAll(async () => {
    await database.close();
    await ledger.stop();
  });

  beforeEach(() => database.query('TRUNCATE notes RESTART IDENTITY'));

  const notes = async (): Promise<string[]> =>
    (await database.query<{ text: string }>('SELECT text FROM notes ORDER BY number')).map(({ text }) => text);

  it('runs statements of a transaction that are sent together in the order in which they were sent', async () => {
    const texts = Array.from({ length: 50 }, (_, index) => `note ${index}`);
    await database.transactionByKey(
      async () => undefined,
      (transaction) => Promise.all(texts.map((text) => transaction.query(NOTE, [text]))),
    );
    expect(await notes()).toEqual(texts);
  });

  it('leaves nothing of a transaction of whose statements one fails, also of those that were sent behind it', async () => {
    const failing = database.transactionByKey(
      (transaction) => transaction.query('SELECT 1'),
      (transaction) =>
        Promise.all([
          transaction.query(NOTE, ['before']),
          transaction.query(WRONG, ['wrong']),
          transaction.query(NOTE, ['behind']),
        ]),
    );
    await expect(failing).rejects.toThrow('division by zero');
    await database.transactionByKey(
      async () => undefined,
      (transaction) => transaction.query(NOTE, ['the next one']),
    );
    expect(await notes()).toEqual(['the next one']);
  });

  it('does not go on to write when what it reads first fails', async () => {
    const wrote: string[] = [];
    const failing = database.transactionByKey(
      (transaction) => transaction.query('SELECT 1 / 0'),
      async () => void wrote.push('something'),
    );
    await expect(failing).rejects.toThrow('division by zero');
    expect(wrote).toEqual([]);
  });

  it('says that the ledger is out of reach when a connection ends under statements that were sent together', async () => {
    const killer = new pg.Client({ connectionString: ledger.url });
    await killer.connect();
    const cut = database.transactionByKey(
      (transaction) => transaction.query<{ pid: number }>('SELECT pg_backend_pid() AS pid'),
      async (transaction, [session]) => {
        const sent = [transaction.query(NOTE, ['lost']), transaction.query('SELECT pg_sleep(60)')];
        await killer.query('SELECT pg_terminate_backend($1)', [session?.pid]);
        await Promise.all(sent);
      },
    );
    await expect(cut).rejects.toBeInstanceOf(LedgerUnavailableError);
    await killer.end();
    expect(await notes()).toEqual([]);
  });
});
