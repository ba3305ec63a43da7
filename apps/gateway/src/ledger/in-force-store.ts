import { type VoidedRun } from '#libs/contracts';
import { type Queries } from './database.js';
import { voidedRunOf, type VoidRow } from './voids.js';

/** What an operator has set for a queue. */
export interface QueueSetting {
  readonly queue: string;
  readonly paused: boolean;
  /** Of two settings of a queue the one with the higher version counts. */
  readonly version: number;
}

/** What is in force on the control stream, and can be said again whenever the stream may have lost it. */
export class InForceStore {
  readonly #database: Queries;

  constructor(database: Queries) {
    this.#database = database;
  }

  /** Every queue that was ever paused, also those that were resumed: an app may have missed that. */
  async queues(): Promise<QueueSetting[]> {
    return this.#database.query<QueueSetting>(
      'SELECT queue, paused, version::float8 AS version FROM queue_settings ORDER BY queue',
    );
  }

  /**
   * What is voided of up to `limit` jobs whose messages have not come back, in the order of their ids, behind `after`: of each job
   * the newest run that may not go on, and the newest that may.
   */
  async voids(limit: number, after: string | null): Promise<VoidedRun[]> {
    const rows = await this.#database.query<VoidRow>(
      `SELECT DISTINCT ON (job_id, spares_begun) job_id, run, spares_begun FROM voids
       WHERE job_id IN (SELECT DISTINCT job_id FROM voids WHERE $2::uuid IS NULL OR job_id > $2 ORDER BY job_id LIMIT $1)
       ORDER BY job_id, spares_begun, run DESC`,
      [limit, after],
    );
    return rows.map(voidedRunOf);
  }

  /** How many messages are voided and have not come back. */
  async countVoids(): Promise<number> {
    const [row] = await this.#database.query<{ rows: number }>('SELECT count(*)::int AS rows FROM voids');
    return row?.rows ?? 0;
  }
}
