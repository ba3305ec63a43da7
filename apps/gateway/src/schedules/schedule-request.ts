import { DURATION_FORM, type Duration, isRecord, parseDuration } from '#libs/contracts';
import { BodySchema } from '../http/body-schema.js';
import { type FieldError, invalid } from '../http/problem.js';
import { JOB_REQUEST } from '../jobs/job-request.js';
import { CATCH_UPS, type CatchUp, type Overlap, OVERLAPS } from '../ledger/schedule-row.js';
import { ticksOf, type Timing } from './ticks.js';

const CRON = /^[0-9A-Za-z*,/#?-]+(?: +[0-9A-Za-z*,/#?-]+){4,5}$/;
const CRON_FORM = 'five or six fields: (second) minute hour day month weekday, such as "30 2 * * 1-5"';
const LONGEST_CRON = 200;
const TIMEZONE = /^[A-Za-z][A-Za-z0-9_+/-]*$/;
const SHORTEST_MS = 1_000;
const LONGEST_MS = 366 * 86_400_000;
/** What of a job the schedule itself decides, and why it is not taken. */
const DECIDED_BY_SCHEDULE: Readonly<Record<string, string>> = {
  delay: 'does not go with a schedule, whose ticks are the times of its jobs',
  runAt: 'does not go with a schedule, whose ticks are the times of its jobs',
  uniqueKey: 'does not go with a schedule, whose overlap says what a tick does while the last job is open',
  uniqueFor: 'does not go with a schedule, whose overlap says what a tick does while the last job is open',
};

/** What a schedule's body says of the schedule; the other fields are those of its jobs. */
interface OwnFields {
  readonly name: string;
  readonly cron?: string;
  readonly timezone?: string;
  readonly every?: Duration;
  readonly enabled?: boolean;
  readonly catchUp?: CatchUp;
  readonly overlap?: Overlap;
}

/** What a body of `POST /v1/schedules` says of the schedule. */
export interface OwnSchedule {
  readonly name: string;
  readonly timing: Timing;
  readonly enabled: boolean;
  readonly catchUp: CatchUp;
  readonly overlap: Overlap;
}

/** A body of `POST /v1/schedules`, read as far as it needs no task. */
export interface ScheduleRequest {
  /** Undefined when it is malformed. */
  readonly own: OwnSchedule | undefined;
  /** A body of `POST /v1/jobs`, unchecked. */
  readonly job: Readonly<Record<string, unknown>>;
}

const ownProperties = {
  name: { type: 'string', minLength: 1, maxLength: 100, description: 'For people to read.' },
  cron: { type: 'string', maxLength: LONGEST_CRON, description: CRON_FORM },
  timezone: { type: 'string', maxLength: 100, description: 'Of the cron expression: an IANA name. UTC without it.' },
  every: {
    anyOf: [{ type: 'integer', minimum: 0 }, { type: 'string' }],
    description: `instead of cron, at least a second, counted from when it was set: ${DURATION_FORM}`,
  },
  enabled: { type: 'boolean', description: 'False: paused. True without it.' },
  catchUp: {
    type: 'string',
    enum: CATCH_UPS,
    description: 'Ticks at which no gateway ran: left out (skip), or made up for by one job (once). Skip without it.',
  },
  overlap: {
    type: 'string',
    enum: OVERLAPS,
    description:
      'A tick while the last job has not ended: starts another job (allow), none (skip), or cancels it first ' +
      '(replace). Allow without it.',
  },
};

const OWN = new BodySchema<OwnFields>({ type: 'object', required: ['name'], properties: ownProperties });

const jobProperties = JOB_REQUEST.schema['properties'] as Readonly<Record<string, unknown>>;

/** The options of a job that a schedule takes, and the task and payload. */
export const SCHEDULED_JOB_FIELDS = Object.keys(jobProperties).filter((name) => !(name in DECIDED_BY_SCHEDULE));

/** The body of `POST /v1/schedules`, for the OpenAPI document. */
export const SCHEDULE_SCHEMA = {
  type: 'object',
  additionalProperties: false,
  required: ['name', 'task'],
  properties: {
    ...ownProperties,
    ...Object.fromEntries(SCHEDULED_JOB_FIELDS.map((name) => [name, jobProperties[name]])),
  },
};

/** The body of `PATCH /v1/schedules/:id`, for the OpenAPI document. */
export const SCHEDULE_CHANGE_SCHEMA = {
  ...SCHEDULE_SCHEMA,
  required: [],
  description: 'The fields that change. Null: as if the field had never been given.',
};

/**
 * Reads what a body says of the schedule. What is wrong is added to `errors`, by path.
 * @throws Problem 422 when it is no object
 */
export function readScheduleRequest(body: unknown, errors: FieldError[]): ScheduleRequest {
  if (!isRecord(body)) throw invalid([{ path: '', message: 'must be an object' }]);
  const { name, cron, timezone, every, enabled, catchUp, overlap, ...job } = body as unknown as OwnFields;
  const malformed = OWN.errorsOf(body);
  const refused = Object.entries(DECIDED_BY_SCHEDULE).filter(([path]) => path in job);
  errors.push(...malformed, ...refused.map(([path, message]) => ({ path, message })));
  const timing = { cron: cron ?? null, timezone: timezone ?? 'UTC', every: every ?? null };
  if (!malformed.some(({ path }) => path in timing)) errors.push(...timingErrors(timing));
  const withoutThose = Object.fromEntries(Object.entries(job).filter(([path]) => !(path in DECIDED_BY_SCHEDULE)));
  const own = { name, timing, enabled: enabled ?? true, catchUp: catchUp ?? 'skip', overlap: overlap ?? 'allow' };
  return { own: malformed.length > 0 ? undefined : own, job: withoutThose };
}

/** Whether a change is about more than the schedule itself. */
export function changesJobs(change: Readonly<Record<string, unknown>>): boolean {
  return Object.keys(change).some((name) => !(name in ownProperties));
}

/** What is wrong with a timing, by path. */
export function timingErrors(timing: Timing): FieldError[] {
  const { cron, timezone, every } = timing;
  if (!isTimezone(timezone)) return [{ path: 'timezone', message: 'must be an IANA time zone, such as Europe/Berlin' }];
  if (cron === null && every === null) return [{ path: 'cron', message: 'is required, or every' }];
  if (cron !== null && every !== null) return [{ path: 'every', message: 'does not go together with cron' }];
  return every === null ? cronErrors(timing) : everyErrors(every);
}

function everyErrors(every: Duration): FieldError[] {
  const ms = parseDuration(every);
  if (ms === undefined) return [{ path: 'every', message: `must be ${DURATION_FORM}` }];
  const fits = ms >= SHORTEST_MS && ms <= LONGEST_MS;
  return fits ? [] : [{ path: 'every', message: 'must be from a second to 366 days' }];
}

function cronErrors(timing: Timing): FieldError[] {
  const cron = timing.cron ?? '';
  if (cron.length > LONGEST_CRON) return [{ path: 'cron', message: `must have at most ${LONGEST_CRON} characters` }];
  if (!CRON.test(cron)) return [{ path: 'cron', message: `must be ${CRON_FORM}` }];
  try {
    const now = new Date();
    const comes = ticksOf(timing, now).after(now) !== null;
    return comes ? [] : [{ path: 'cron', message: 'names a time that never comes' }];
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^CronPattern: /, '') : '';
    return [{ path: 'cron', message: `must be ${CRON_FORM}. ${reason}` }];
  }
}

function isTimezone(name: string): boolean {
  if (!TIMEZONE.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
