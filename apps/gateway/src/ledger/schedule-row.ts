import { type Duration } from '#libs/contracts';
import { type Timing } from '../schedules/ticks.js';

export const CATCH_UPS = ['skip', 'once'] as const;
export const OVERLAPS = ['allow', 'skip', 'replace'] as const;
export type CatchUp = (typeof CATCH_UPS)[number];
export type Overlap = (typeof OVERLAPS)[number];

/** What a user decides of a schedule. */
export interface ScheduleDefinition {
  readonly name: string;
  readonly timing: Timing;
  /** The request of its jobs as it was given, with the full name of the task. */
  readonly request: Readonly<Record<string, unknown>>;
  readonly enabled: boolean;
  /** What becomes of ticks at which no gateway ran: nothing, or one job for all of them. */
  readonly catchUp: CatchUp;
  /** What a tick does while the last job is open. */
  readonly overlap: Overlap;
}

/** A stored schedule. */
export interface ScheduleRecord extends ScheduleDefinition {
  readonly id: string;
  readonly tenant: string;
  /** Rises when a user changes the schedule. */
  readonly version: number;
  /** Where `every` counts from. */
  readonly anchorAt: Date;
  readonly nextRunAt: Date | null;
  readonly lastJobId: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export const SCHEDULE_COLUMNS = `id, tenant, name, version, cron, timezone, every, request, enabled, catch_up, overlap,
  anchor_at, next_run_at, last_job_id, created_at, updated_at`;

/** A row of `schedules` as `SCHEDULE_COLUMNS` reads it. */
export interface ScheduleRow {
  readonly id: string;
  readonly tenant: string;
  readonly name: string;
  readonly version: number;
  readonly cron: string | null;
  readonly timezone: string;
  readonly every: Duration | null;
  readonly request: Record<string, unknown>;
  readonly enabled: boolean;
  readonly catch_up: CatchUp;
  readonly overlap: Overlap;
  readonly anchor_at: Date;
  readonly next_run_at: Date | null;
  readonly last_job_id: string | null;
  readonly created_at: Date;
  readonly updated_at: Date;
}

export function scheduleOf(row: ScheduleRow): ScheduleRecord {
  const { id, tenant, name, version, cron, timezone, every, request, enabled, overlap } = row;
  return {
    ...{ id, tenant, name, version, request, enabled, overlap },
    timing: { cron, timezone, every },
    catchUp: row.catch_up,
    anchorAt: row.anchor_at,
    nextRunAt: row.next_run_at,
    lastJobId: row.last_job_id,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
