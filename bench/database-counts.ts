import { setTimeout as wait } from 'node:timers/promises';
import { inDatabase } from './bench-shop.js';

interface Counts {
  readonly transactions: number;
  readonly walBytes: number;
  readonly syncs: number;
}

const READ = `
SELECT (SELECT sum(xact_commit)::float8 FROM pg_stat_database) AS transactions, wal_bytes::float8 AS "walBytes",
       (SELECT sum(fsyncs)::float8 FROM pg_stat_io WHERE object = 'wal') AS syncs
FROM pg_stat_wal`;

/** What the database server has done, by its own counts. */
export class DatabaseCounts {
  readonly #url: string;
  readonly #settleMs: number;
  #before: Counts | undefined;

  /** @param settleMs waited for before counts are read: a busy session tells its own once a second */
  constructor(url: string, settleMs: number) {
    this.#url = url;
    this.#settleMs = settleMs;
  }

  async begin(): Promise<void> {
    this.#before = await this.#read();
  }

  /** Of so many pieces of one kind since {@link begin}. */
  async per(kind: string, count: number): Promise<Readonly<Record<string, number>>> {
    const [before, after] = [this.#before, await this.#read()];
    const of = (what: keyof Counts): number => (after[what] - (before?.[what] ?? 0)) / count;
    return {
      [`transactions/${kind}`]: of('transactions'),
      [`WAL bytes/${kind}`]: of('walBytes'),
      [`WAL syncs/${kind}`]: of('syncs'),
    };
  }

  async #read(): Promise<Counts> {
    await wait(this.#settleMs);
    return inDatabase(this.#url, async (client) => {
      const { rows } = await client.query<Counts>(READ);
      return rows[0] ?? { transactions: 0, walBytes: 0, syncs: 0 };
    });
  }
}
