import { uuidv7 } from 'uuidv7';
import { ticksOf } from '../schedules/ticks.js';
import { type Database } from './database.js';
import { type RunReason, type ScheduleRun } from './schedule-run.js';
import {
  SCHEDULE_COLUMNS,
  type ScheduleDefinition,
  scheduleOf,
  type ScheduleRecord,
  type ScheduleRow,
} from './schedule-row.js';

/** Creates, reads and changes schedules. Their times are the database's. */
export class ScheduleStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async create(tenant: string, definition: ScheduleDefinition): Promise<ScheduleRecord> {
    const now = await this.#now();
    const next = definition.enabled ? ticksOf(definition.timing, now).after(now) : null;
    const [row] = await this.#database.query<ScheduleRow>(CREATE, [
      uuidv7(),
      tenant,
      ...valuesOf(definition),
      now,
      next,
    ]);
    if (row === undefined) throw new Error('The database inserted a schedule and returned no row.');
    return scheduleOf(row);
  }

  /** A schedule by its id; with a tenant, only that tenant's. */
  async find(id: string, tenant: string | null): Promise<ScheduleRecord | undefined> {
    const [row] = await this.#database.query<ScheduleRow>(
      `SELECT ${SCHEDULE_COLUMNS} FROM schedules WHERE id = $1 AND ($2::text IS NULL OR tenant = $2)`,
      [id, tenant],
    );
    return row === undefined ? undefined : scheduleOf(row);
  }

  /** Schedules newest first; with `after`, those behind it. */
  async list(tenant: string | null, page: { limit: number; after: string | null }): Promise<ScheduleRecord[]> {
    const rows = await this.#database.query<ScheduleRow>(
      `SELECT ${SCHEDULE_COLUMNS} FROM schedules
       WHERE ($1::text IS NULL OR tenant = $1) AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3`,
      [tenant, page.after, page.limit],
    );
    return rows.map(scheduleOf);
  }

  /**
   * Puts another definition in the place of that of a schedule as it was read. When its timing has changed or it was
   * enabled, its ticks are counted from now. Undefined: somebody has changed or deleted it since it was read.
   */
  async replace(known: ScheduleRecord, definition: ScheduleDefinition): Promise<ScheduleRecord | undefined> {
    const now = await this.#now();
    const moved = JSON.stringify(known.timing) !== JSON.stringify(definition.timing);
    const anchor = moved ? now : known.anchorAt;
    const counts = moved || known.enabled !== definition.enabled;
    const next = counts && definition.enabled ? ticksOf(definition.timing, anchor).after(now) : null;
    const [row] = await this.#database.query<ScheduleRow>(REPLACE, [
      known.id,
      known.version,
      ...valuesOf(definition),
      anchor,
      next,
      counts,
    ]);
    return row === undefined ? undefined : scheduleOf(row);
  }

  /** Ends a schedule: when this resolves, no tick starts a further job. Returns whether there was one. */
  async remove(id: string, tenant: string | null): Promise<boolean> {
    const rows = await this.#database.query(
      'DELETE FROM schedules WHERE id = $1 AND ($2::text IS NULL OR tenant = $2) RETURNING id',
      [id, tenant],
    );
    return rows.length > 0;
  }

  /** What became of a schedule's ticks, newest first; with `after`, those behind that number. */
  async runs(scheduleId: string, page: { limit: number; after: number | null }): Promise<ScheduleRun[]> {
    const rows = await this.#database.query<RunRow>(
      `SELECT number::float8 AS number, tick, outcome, job_id, reason, ran_at FROM schedule_runs
       WHERE schedule_id = $1 AND ($2::bigint IS NULL OR number < $2) ORDER BY number DESC LIMIT $3`,
      [scheduleId, page.after, page.limit],
    );
    return rows.map(({ job_id: jobId, ran_at: at, ...run }) => ({ ...run, jobId, at }));
  }

  async #now(): Promise<Date> {
    const [row] = await this.#database.query<{ now: Date }>('SELECT clock_timestamp() AS now');
    if (row === undefined) throw new Error('The database did not tell the time.');
    return row.now;
  }
}

interface RunRow {
  readonly number: number;
  readonly tick: Date | null;
  readonly outcome: ScheduleRun['outcome'];
  readonly job_id: string | null;
  readonly reason: RunReason | null;
  readonly ran_at: Date;
}

function valuesOf({ name, timing, request, enabled, catchUp, overlap }: ScheduleDefinition): unknown[] {
  const every = timing.every === null ? null : JSON.stringify(timing.every);
  return [name, timing.cron, timing.timezone, every, JSON.stringify(request), enabled, catchUp, overlap];
}

const CREATE = `
INSERT INTO schedules (id, tenant, name, cron, timezone, every, request, enabled, catch_up, overlap, anchor_at, next_run_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) RETURNING ${SCHEDULE_COLUMNS}`;

const REPLACE = `
UPDATE schedules SET version = version + 1, name = $3, cron = $4, timezone = $5, every = $6, request = $7, enabled = $8,
  catch_up = $9, overlap = $10, anchor_at = $11, next_run_at = CASE WHEN $13 THEN $12 ELSE next_run_at END,
  updated_at = date_trunc('milliseconds', now())
WHERE id = $1 AND version = $2 RETURNING ${SCHEDULE_COLUMNS}`;
