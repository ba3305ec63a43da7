import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { CountedWire } from '../testing/counted-wire.js';
import { type RealLedger, startRealLedger } from '../testing/real-ledger.js';
import { connectionPool, STATEMENT_TIMEOUT_MS } from './connection-pool.js';
import { Database, type KeyedTransaction, LedgerUnavailableError } from './database.js';

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

  it('fails with what the first failing statement said, whoever hears first that those behind it were refused', async () => {
    const failing = database.transactionByKey(
      async () => undefined,
      (transaction) => {
        const wrong = transaction.query(WRONG, ['wrong']);
        const behind = transaction.query(NOTE, ['behind']);
        const late = wrong.finally(() => behind.catch(() => undefined));
        return Promise.all([late, behind]);
      },
    );
    await expect(failing).rejects.toThrow('division by zero');
  });

  it('does not fail with what had failed before it went back to a savepoint', async () => {
    const failing = database.transaction(async (transaction) => {
      await transaction.query('SAVEPOINT before');
      await transaction.query(WRONG, ['wrong']).catch(() => undefined);
      await transaction.query('ROLLBACK TO SAVEPOINT before');
      const wrong = transaction.query('SELECT sqrt(-1)').catch(() => undefined);
      await Promise.all([wrong, transaction.query(NOTE, ['behind'])]);
    });
    await expect(failing).rejects.toThrow('square root of a negative number');
  });

  it('waits for each of the statements that are sent together as long as for one', async () => {
    const pause = `SELECT pg_sleep(${0.6 * (STATEMENT_TIMEOUT_MS / 1_000)})`;
    await database.transactionByKey(
      async () => undefined,
      (transaction) =>
        Promise.all([transaction.query(pause), transaction.query(pause), transaction.query(NOTE, ['last'])]),
    );
    expect(await notes()).toEqual(['last']);
  }, 30_000);

  it('takes three round trips for a transaction: one begins and reads, one writes, one commits', async () => {
    const wire = await CountedWire.to(ledger.url);
    const distant = new Database(wire.url, { connections: 1 });
    const transfer = (): Promise<unknown> =>
      distant.transactionByKey(
        (transaction) => transaction.query('SELECT 1'),
        (transaction) => Promise.all([1, 2, 3].map((number) => transaction.query(NOTE, [String(number)]))),
      );
    await transfer();
    await expect(wire.chunksFor(transfer)).resolves.toBe(3);
    await distant.close();
    await wire.close();
  });

  it('takes two round trips when the transaction is committed together with what it writes', async () => {
    const wire = await CountedWire.to(ledger.url);
    const distant = new Database(wire.url, { connections: 1 });
    const transfer = (): Promise<unknown> =>
      distant.transactionByKey(
        (transaction) => transaction.query('SELECT 1'),
        (transaction) => {
          const written = transaction.query(NOTE, ['written']);
          transaction.commit();
          return written;
        },
      );
    await transfer();
    await expect(wire.chunksFor(transfer)).resolves.toBe(2);
    expect(await notes()).toEqual(['written', 'written']);
    await distant.close();
    await wire.close();
  });

  it('leaves nothing when a statement fails behind which the transaction was to be committed, and goes on with the next', async () => {
    const failing = database.transactionByKey(
      async () => undefined,
      (transaction) => {
        const written = Promise.all([transaction.query(NOTE, ['before']), transaction.query(WRONG, ['wrong'])]);
        transaction.commit();
        return written;
      },
    );
    await expect(failing).rejects.toThrow('division by zero');
    await database.transactionByKey(
      async () => undefined,
      (transaction) => transaction.query(NOTE, ['the next one']),
    );
    expect(await notes()).toEqual(['the next one']);
  });

  it('leaves nothing when something fails here that goes with what was to be committed', async () => {
    const failing = database.transactionByKey(
      async () => undefined,
      (transaction) => {
        const written = Promise.all([
          transaction.query(NOTE, ['before']),
          Promise.reject(new Error('It cannot be written.')),
        ]);
        transaction.commit();
        return written;
      },
    );
    await expect(failing).rejects.toThrow('It cannot be written.');
    expect(await notes()).toEqual([]);
  });

  it('begins anew after a conflict, also when the end was sent with what was in conflict', async () => {
    let tries = 0;
    await database.transactionByKey(
      async () => undefined,
      (transaction) => {
        tries += 1;
        const conflict = "DO $$ BEGIN RAISE EXCEPTION 'Not now.' USING ERRCODE = '40001'; END $$";
        const written = Promise.all([
          transaction.query(NOTE, [`try ${tries}`]),
          ...(tries === 1 ? [transaction.query(conflict)] : []),
        ]);
        transaction.commit();
        return written;
      },
    );
    expect(await notes()).toEqual(['try 2']);
  });

  it('fails also when nobody minds the statement that has failed', async () => {
    const failing = database.transaction(async (transaction) => {
      await transaction.query(NOTE, ['before']);
      await transaction.query(WRONG, ['wrong']).catch(() => undefined);
    });
    await expect(failing).rejects.toThrow('division by zero');
    expect(await notes()).toEqual([]);
  });

  it('runs nothing that is sent behind the end of its transaction', async () => {
    const late = database.transactionByKey(
      async () => undefined,
      (transaction) => {
        transaction.commit();
        return transaction.query(NOTE, ['late']);
      },
    );
    await expect(late).rejects.toThrow('behind the end of its transaction');
    expect(await notes()).toEqual([]);
  });

  it('runs nothing by itself of a transaction that was rolled back', async () => {
    let left: KeyedTransaction | undefined;
    const failing = database.transactionByKey(
      async () => undefined,
      (transaction) => {
        left = transaction;
        return transaction.query(WRONG, ['wrong']);
      },
    );
    await expect(failing).rejects.toThrow('division by zero');
    await expect(left?.query(NOTE, ['late'])).rejects.toThrow('behind the end of its transaction');
    expect(await notes()).toEqual([]);
  });

  it('lets what is sent in one turn of the event loop leave together', async () => {
    const pool = connectionPool(ledger.url, 1, {});
    const client = await pool.connect();
    const { connection } = client as unknown as { connection: pg.Connection };
    const answered = client.query('SELECT 1');
    expect(connection.stream.writableCorked).toBe(1);
    await answered;
    client.release();
    await pool.end();
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

  it('says that the ledger is out of reach when its process was suspended in a transaction until the server gave that up', async () => {
    const suspended = database.transaction(async (transaction) => {
      await transaction.query('SET LOCAL idle_in_transaction_session_timeout = 50');
      // Nothing is read meanwhile: the next statement is answered with what the server said then.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
      await transaction.query(NOTE, ['too late']);
    });
    await expect(suspended).rejects.toMatchObject({ name: 'Error', cause: { code: '25P03' } });
    await expect(suspended).rejects.toBeInstanceOf(LedgerUnavailableError);
    expect(await notes()).toEqual([]);
  });

  it.each([
    ['statements that were sent together', false],
    ['the end of a transaction', true],
  ])('says that the ledger is out of reach when a connection ends under %s', async (_what, commits) => {
    const killer = new pg.Client({ connectionString: ledger.url });
    await killer.connect();
    const cut = database.transactionByKey(
      (transaction) => transaction.query<{ pid: number }>('SELECT pg_backend_pid() AS pid'),
      async (transaction, [session]) => {
        const sent = [transaction.query(NOTE, ['lost']), transaction.query('SELECT pg_sleep(60)')];
        if (commits) transaction.commit();
        await killer.query('SELECT pg_terminate_backend($1)', [session?.pid]);
        await Promise.all(sent);
      },
    );
    await expect(cut).rejects.toBeInstanceOf(LedgerUnavailableError);
    await killer.end();
    expect(await notes()).toEqual([]);
  });
});
