import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';

const PATIENCE_MS = 300_000;
const LOOK_EVERY_MS = 20;
const LONGEST_PAUSE_MS = 200;
/** To count jobs one by one costs more. */
const COUNT_EVERY_MS = 200;

/** When a job started and when its final status was committed, in milliseconds since 1970. */
export interface JobTimes {
  readonly id: string;
  readonly started: number;
  readonly ended: number;
}

/** Looks into the ledger from outside, in ways that cost next to nothing however many jobs there are. */
export class Ledger {
  readonly #client: pg.Client;

  /** @param queues whose jobs are looked at */
  constructor(
    url: string,
    readonly queues: readonly string[],
  ) {
    this.#client = new pg.Client({ connectionString: url });
  }

  async open(): Promise<void> {
    // The database may end first, when the benchmarks are interrupted.
    this.#client.on('error', () => undefined);
    await this.#client.connect();
  }

  async close(): Promise<void> {
    await this.#client.end();
  }

  /** How many jobs have been completed by now, kept by the ledger itself. */
  async completed(): Promise<number> {
    const { rows } = await this.#client.query<{ jobs: number }>(
      'SELECT coalesce(sum(completed - left_completed), 0)::int AS jobs FROM queue_minutes WHERE queue = ANY($1)',
      [this.queues],
    );
    return rows[0]?.jobs ?? 0;
  }

  /**
   * Waits until so many jobs are completed. Who looks often takes cores from what he waits for: a look comes when half of what is left
   * may be done.
   */
  async until(count: number): Promise<void> {
    const beganAt = Date.now();
    let before: number | undefined;
    for (;;) {
      const completed = await this.completed();
      if (completed >= count) return;
      const elapsed = Date.now() - beganAt;
      if (elapsed > PATIENCE_MS) throw new Error(`Only ${completed} of ${count} jobs were completed.`);
      before ??= completed;
      const left = completed > before ? (elapsed * (count - completed)) / (completed - before) : 0;
      await wait(Math.min(Math.max(left / 2, LOOK_EVERY_MS), LONGEST_PAUSE_MS));
    }
  }

  /** Waits until so many jobs wait, and no message has yet to be sent. */
  async untilWaiting(count: number): Promise<void> {
    const giveUpAt = Date.now() + PATIENCE_MS;
    for (;;) {
      const { rows } = await this.#client.query<{ jobs: number; unsent: boolean }>(
        `SELECT count(*)::int AS jobs, EXISTS (SELECT FROM outbox) AS unsent FROM jobs WHERE queue = ANY($1) AND status = 'queued'`,
        [this.queues],
      );
      const { jobs = 0, unsent = true } = rows[0] ?? {};
      if (jobs >= count && !unsent) return;
      if (Date.now() > giveUpAt) throw new Error(`Only ${jobs} of ${count} jobs wait${unsent ? ', some unsent' : ''}.`);
      await wait(COUNT_EVERY_MS);
    }
  }

  /** Waits until these have ended, in whatever status. */
  async untilEnded(ids: readonly string[]): Promise<void> {
    const giveUpAt = Date.now() + PATIENCE_MS;
    for (;;) {
      const { length: ended } = await this.times(ids);
      if (ended === ids.length) return;
      if (Date.now() > giveUpAt) throw new Error(`Only ${ended} of ${ids.length} jobs have ended.`);
      await wait(LOOK_EVERY_MS);
    }
  }

  /** The time by its clock. */
  async now(): Promise<Date> {
    const { rows } = await this.#client.query<{ now: Date }>('SELECT clock_timestamp() AS now');
    return rows[0]?.now ?? new Date();
  }

  /** The times of jobs that have ended. The database notes when it commits. */
  async times(ids: readonly string[]): Promise<readonly JobTimes[]> {
    const { rows } = await this.#client.query<JobTimes>(
      `SELECT id, extract(epoch FROM started_at)::float8 * 1000 AS started,
              extract(epoch FROM pg_xact_commit_timestamp(xmin))::float8 * 1000 AS ended
       FROM jobs WHERE id = ANY($1) AND completed_at IS NOT NULL`,
      [ids],
    );
    return rows;
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
