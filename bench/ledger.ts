import pg from 'pg';

/** Looks into the ledger from outside. */
export class Ledger {
  readonly #client: pg.Client;

  /** @param task whose jobs are looked at */
  constructor(
    url: string,
    readonly task: string,
  ) {
    this.#client = new pg.Client({ connectionString: url });
  }

  async open(): Promise<void> {
    await this.#client.connect();
  }

  async close(): Promise<void> {
    await this.#client.end();
  }

  async completed(): Promise<number> {
    const { rows } = await this.#client.query<{ jobs: number }>(
      "SELECT count(*)::int AS jobs FROM jobs WHERE task = $1 AND status = 'completed'",
      [this.task],
    );
    return rows[0]?.jobs ?? 0;
  }

  async until(count: number): Promise<void> {
    const giveUpAt = Date.now() + 300_000;
    while ((await this.completed()) < count) {
      if (Date.now() > giveUpAt) throw new Error(`Only ${await this.completed()} of ${count} jobs were completed.`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** The time by its clock. */
  async now(): Promise<Date> {
    const { rows } = await this.#client.query<{ now: Date }>('SELECT clock_timestamp() AS now');
    return rows[0]?.now ?? new Date();
  }

  /** Seconds from a time by its clock to the start of the last of these jobs. */
  async secondsToStart(since: Date, ids: readonly string[]): Promise<number> {
    const { rows } = await this.#client.query<{ seconds: number }>(
      'SELECT extract(epoch FROM max(started_at) - $1::timestamptz)::float8 AS seconds FROM jobs WHERE id = ANY($2)',
      [since, ids],
    );
    return rows[0]?.seconds ?? Number.NaN;
  }
}
