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

  /** Seconds from the first of these jobs' coming to the last one's start. */
  async secondsToStart(ids: readonly string[]): Promise<number> {
    const { rows } = await this.#client.query<{ seconds: number }>(
      'SELECT extract(epoch FROM max(started_at) - min(created_at))::float8 AS seconds FROM jobs WHERE id = ANY($1)',
      [ids],
    );
    return rows[0]?.seconds ?? Number.NaN;
  }
}
