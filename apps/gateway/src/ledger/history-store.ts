import { type Queries } from './database.js';

/** Steps of equal length that a history is told in. */
export interface HistoryFrame {
  readonly stepMs: number;
  readonly steps: number;
}

/** Jobs that have ended in each step of a frame, of one queue. */
export interface QueueHistory {
  readonly name: string;
  readonly completed: readonly number[];
  readonly failed: readonly number[];
  readonly cancelled: readonly number[];
}

/** What happened in the queues, the oldest step first. */
export interface History {
  readonly from: Date;
  readonly stepMs: number;
  readonly queues: readonly QueueHistory[];
}

/**
 * What has ended when, from what is counted of queues anyway: minutes of the last hour, quarters of an hour before. It reads one row
 * for each queue, priority class, connection and minute, and 96 for each queue and day; no job is looked at.
 */
export class HistoryStore {
  readonly #database: Queries;

  constructor(database: Queries) {
    this.#database = database;
  }

  /** The latest steps, of which the last is still going on. */
  async latest({ stepMs, steps }: HistoryFrame): Promise<History> {
    const [frame] = await this.#database.query<{ from: Date }>(FIRST_STEP, [stepMs, steps]);
    if (frame === undefined) throw new Error('The database did not say what time it is.');
    const { from } = frame;
    const [queues, rows] = await Promise.all([
      this.#database.query<{ name: string }>('SELECT name FROM domains ORDER BY name'),
      this.#database.query<EndedRow>(SUM_ENDED, [from, stepMs]),
    ]);
    return { from, stepMs, queues: queues.map(({ name }) => historyOf(name, steps, rows)) };
  }
}

function historyOf(name: string, steps: number, rows: readonly EndedRow[]): QueueHistory {
  const own = new Map(rows.filter(({ queue }) => queue === name).map((row) => [row.step, row]));
  const each = (of: 'completed' | 'failed' | 'cancelled'): number[] =>
    Array.from({ length: steps }, (_, step) => own.get(step)?.[of] ?? 0);
  return { name, completed: each('completed'), failed: each('failed'), cancelled: each('cancelled') };
}

const FIRST_STEP = `
SELECT date_bin($1::float8 * interval '1 millisecond', now(), 'epoch') - ($2::float8 - 1) * $1::float8 * interval '1 millisecond' AS from`;

const SUM_ENDED = `
SELECT queue, floor(extract(epoch FROM at - $1::timestamptz) * 1000 / $2::float8)::int AS step,
       sum(completed)::float8 AS completed, sum(failed)::float8 AS failed, sum(cancelled)::float8 AS cancelled
FROM (
  SELECT queue, minute AS at, completed, failed, cancelled FROM queue_minutes WHERE minute >= $1
  UNION ALL
  SELECT queue, quarter, completed, failed, cancelled FROM queue_quarters WHERE quarter >= $1
) AS counted
GROUP BY queue, step`;

interface EndedRow {
  readonly queue: string;
  readonly step: number;
  readonly completed: number;
  readonly failed: number;
  readonly cancelled: number;
}
