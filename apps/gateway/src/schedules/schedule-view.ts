import { type Duration } from '#libs/contracts';
import { withoutSecrets } from '../jobs/secret-fields.js';
import { shownThen } from '../jobs/shown-then.js';
import { type RunReason, type ScheduleRun } from '../ledger/schedule-run.js';
import { type CatchUp, type Overlap, type ScheduleRecord } from '../ledger/schedule-row.js';
import { type TaskStore } from '../ledger/task-store.js';
import { SCHEDULED_JOB_FIELDS } from './schedule-request.js';

/** A schedule as it is shown: what was given is shown as it was given, and null what was not. */
export interface ShownSchedule {
  readonly id: string;
  readonly tenant: string;
  readonly name: string;
  readonly cron: string | null;
  readonly timezone: string;
  readonly every: Duration | null;
  readonly task: unknown;
  readonly payload: unknown;
  readonly enabled: boolean;
  readonly catchUp: CatchUp;
  readonly overlap: Overlap;
  readonly nextRunAt: string | null;
  readonly lastJobId: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** What became of a tick, as it is shown. */
export interface ShownRun {
  readonly tick: string | null;
  readonly outcome: ScheduleRun['outcome'];
  readonly jobId: string | null;
  readonly reason: RunReason | null;
  readonly at: string;
}

const NOTHING_GIVEN = Object.fromEntries(SCHEDULED_JOB_FIELDS.map((name) => [name, null]));

/** Shows schedules to users, with the secret fields of the payload masked. */
export class ScheduleView {
  constructor(private readonly tasks: TaskStore) {}

  shown(schedule: ScheduleRecord): ShownSchedule {
    const { id, tenant, name, timing, request, enabled, catchUp, overlap } = schedule;
    const { task, payload = {}, ...options } = request;
    const schema = this.tasks.find(String(task))?.schema;
    return {
      ...{ id, tenant, name, ...timing },
      ...NOTHING_GIVEN,
      ...options,
      ...(options['then'] === undefined ? {} : { then: shownThen(options['then'], this.tasks) }),
      ...{ task, payload: schema === undefined ? payload : withoutSecrets(payload, schema) },
      ...{ enabled, catchUp, overlap },
      nextRunAt: schedule.nextRunAt?.toISOString() ?? null,
      lastJobId: schedule.lastJobId,
      createdAt: schedule.createdAt.toISOString(),
      updatedAt: schedule.updatedAt.toISOString(),
    };
  }
}

export function shownRun({ tick, outcome, jobId, reason, at }: ScheduleRun): ShownRun {
  return { tick: tick?.toISOString() ?? null, outcome, jobId, reason, at: at.toISOString() };
}
