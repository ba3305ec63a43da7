import { type Job } from '#libs/contracts';
import { type FieldError } from '../http/problem.js';
import { tickJobId } from '../schedules/tick-job-id.js';
import { openReason, planTick, type TickPlan } from '../schedules/tick-plan.js';
import { type Database, type Queries } from './database.js';
import { cancelWithin } from './job-steering.js';
import { heldOf } from './job-insert.js';
import { type NewJob } from './new-job.js';
import { type ControlDispatch, type Dispatch } from './outbox.js';
import { OutboxFullError, type OutboxRoom } from './outbox-room.js';
import { type RunReason } from './schedule-run.js';
import { type ScheduleRecord } from './schedule-row.js';
import { type PreparedStatement } from './statement.js';
import { enterJobs, lockDue, lockSchedule, noteRuns, openJobs, readJob, type Ticked } from './tick-writes.js';

/** Checks the request of a scheduled job as any request is checked, but for what was closed since it was stored. */
export type PrepareJob = (
  request: unknown,
  origin: { readonly tenant: string; readonly id?: string; readonly traceparent: string | null; readonly stored: true },
) => Promise<
  { readonly ok: true; readonly job: NewJob } | { readonly ok: false; readonly errors: readonly FieldError[] }
>;

/** What came of a start by hand. */
export type StartByHand =
  | { readonly kind: 'started'; readonly job: Job }
  | { readonly kind: 'open'; readonly reason: RunReason }
  | { readonly kind: 'invalid'; readonly errors: readonly FieldError[] };

interface Parts {
  readonly dispatch: Pick<Dispatch, 'admits' | 'holds' | 'hurry'> & ControlDispatch;
  readonly room: Pick<OutboxRoom, 'full' | 'add'>;
}

/** When there is something to do. */
export interface TickLook {
  /** A tick is due, also when another gateway has it in hand. */
  readonly isDue: boolean;
  /** Milliseconds until the next tick that is still ahead; infinite when there is none. */
  readonly untilNextMs: number;
}

/** A tick that is about to start a job. */
interface Start {
  readonly schedule: ScheduleRecord;
  readonly plan: TickPlan;
  readonly job: NewJob;
}

/**
 * Turns ticks into jobs. A tick is one transaction: its schedule is locked, the job and its outbox row are entered, what
 * became of it is noted, and the schedule is moved to its next tick. So a tick is done whole or not at all, whoever is
 * killed, and whoever comes second finds it done.
 */
export class TickStore {
  readonly #database: Database;
  readonly #dispatch: Parts['dispatch'];
  readonly #room: Parts['room'];

  constructor(database: Database, { dispatch, room }: Parts) {
    this.#database = database;
    this.#dispatch = dispatch;
    this.#room = room;
  }

  /**
   * Does the oldest tick of up to `limit` schedules that are due and that no other gateway has in hand, longest due first.
   * While the outbox is full, their jobs wait like others whose time has come.
   */
  async tick(limit: number, prepare: PrepareJob): Promise<readonly Ticked[]> {
    const dueWaits = this.#room.full;
    const { ticked, held, hurry } = await this.#database.transaction(async (transaction) => {
      const { now, schedules } = await lockDue(transaction, limit);
      const open = await openJobs(transaction, schedules);
      const judged = await Promise.all(schedules.map((schedule) => judge(schedule, now, { open, prepare })));
      const starts = judged.filter((one) => 'job' in one);
      const jobs = starts.map(({ job }) => job);
      const held = heldOf(jobs, this.#dispatch);
      const entries = await enterJobs(transaction, jobs, { claimMs: 0, dueWaits, held });
      const all = judged.map((one) => ('job' in one ? startedOf(one, entries.get(one.job.id)) : one));
      await noteRuns(transaction, all);
      return { ticked: all, held, hurry: await replaceOpen(transaction, all, open) };
    });
    this.#dispatch.holds(held);
    const started = ticked.filter(({ outcome }) => outcome === 'started').length;
    this.#committed({ rows: dueWaits ? 0 : started, hurry });
    return ticked;
  }

  /**
   * Starts a job of a schedule now, also of one that is not enabled. Its overlap policy holds. Undefined: there is none.
   * @param tenant null: of whatever tenant
   * @throws OutboxFullError
   */
  async start(
    which: { readonly id: string; readonly tenant: string | null },
    traceparent: string | null,
    prepare: PrepareJob,
  ): Promise<StartByHand | undefined> {
    const done = await this.#database.transaction(async (transaction) => {
      const schedule = await lockSchedule(transaction, which);
      return schedule && this.#startByHand(transaction, schedule, { traceparent, prepare });
    });
    this.#committed({ rows: done?.start.kind === 'started' ? 1 : 0, hurry: done?.hurry === true });
    return done?.start;
  }

  /** Looks whether there is anything to do: mostly there is not. */
  async look(): Promise<TickLook> {
    const [row] = await this.#database.queryByKey<{ due: boolean; ms: number | null }>(LOOK);
    return { isDue: row?.due === true, untilNextMs: Math.ceil(row?.ms ?? Number.POSITIVE_INFINITY) };
  }

  async #startByHand(
    transaction: Queries,
    schedule: ScheduleRecord,
    { traceparent, prepare }: { traceparent: string | null; prepare: PrepareJob },
  ): Promise<{ start: StartByHand; hurry?: boolean }> {
    const open = await openJobs(transaction, [schedule]);
    const last = schedule.lastJobId;
    if (schedule.overlap === 'skip' && last !== null && open.has(last)) {
      return { start: { kind: 'open', reason: openReason(last) } };
    }
    const prepared = await prepare(schedule.request, { tenant: schedule.tenant, traceparent, stored: true });
    if (!prepared.ok) return { start: { kind: 'invalid', errors: prepared.errors } };
    const { job } = prepared;
    if (this.#room.full) throw new OutboxFullError();
    const held = heldOf([job], this.#dispatch);
    await enterJobs(transaction, [job], { claimMs: 0, dueWaits: false, held });
    const { nextRunAt } = schedule;
    const started: Ticked = { schedule, tick: null, outcome: 'started', jobId: job.id, reason: null, nextRunAt };
    await noteRuns(transaction, [started]);
    const hurry = await replaceOpen(transaction, [started], open);
    return { start: { kind: 'started', job: await readJob(transaction, job.id) }, hurry };
  }

  #committed({ rows, hurry }: { rows: number; hurry: boolean }): void {
    if (rows > 0) this.#room.add(rows);
    if (hurry || rows > 0) this.#dispatch.hurry();
  }
}

// The order wants the index, whatever the statistics say.
const LOOK: PreparedStatement = {
  ...{ name: 'look-for-ticks', reads: 'by key' },
  text: `
SELECT (SELECT true FROM schedules WHERE next_run_at <= now() ORDER BY next_run_at LIMIT 1) IS TRUE AS due,
       (extract(epoch FROM (SELECT next_run_at FROM schedules WHERE next_run_at > now() ORDER BY next_run_at LIMIT 1) - now()) * 1000)::float8 AS ms`,
};

/** What a tick does: start a job that has passed the check, or nothing. Whatever is wrong with a schedule holds up no other. */
async function judge(
  schedule: ScheduleRecord,
  now: Date,
  { open, prepare }: { open: ReadonlySet<string>; prepare: PrepareJob },
): Promise<Start | Ticked> {
  const due = schedule.nextRunAt ?? now;
  let plan: TickPlan;
  try {
    plan = planTick(schedule, due, { now, lastJobIsOpen: schedule.lastJobId !== null && open.has(schedule.lastJobId) });
  } catch (error) {
    return refused(schedule, { tick: due, nextRunAt: null }, { code: 'invalid', message: messageOf(error) });
  }
  const { tick, nextRunAt } = plan;
  if (!plan.starts) return { schedule, tick, nextRunAt, outcome: 'skipped', jobId: null, reason: plan.reason };
  const id = tickJobId(schedule.id, tick);
  const origin = { id, tenant: schedule.tenant, traceparent: null, stored: true } as const;
  const prepared = await prepare(schedule.request, origin).catch((error: unknown) => ({
    ok: false as const,
    errors: [{ path: 'payload', message: messageOf(error) }],
  }));
  if (prepared.ok) return { schedule, plan, job: { ...prepared.job, scheduledFor: tick } };
  const message = 'The request is no longer one that its task takes.';
  return refused(schedule, plan, { code: 'invalid', message, errors: prepared.errors });
}

/** Cancels the open jobs in whose place another was started. Returns whether something is to be said on the control stream. */
async function replaceOpen(
  transaction: Queries,
  ticked: readonly Ticked[],
  open: ReadonlySet<string>,
): Promise<boolean> {
  const replaced = ticked.flatMap(({ outcome, schedule: { overlap, lastJobId } }) =>
    outcome === 'started' && overlap === 'replace' && lastJobId !== null && open.has(lastJobId) ? [lastJobId] : [],
  );
  return replaced.length > 0 && (await cancelWithin(transaction, replaced)).toSend;
}

function startedOf({ schedule, plan, job }: Start, entry: 'entered' | 'taken' | 'unstorable' | undefined): Ticked {
  const { tick, nextRunAt, reason } = plan;
  if (entry === 'entered') return { schedule, tick, nextRunAt, outcome: 'started', jobId: job.id, reason };
  if (entry === 'taken') {
    const taken: RunReason = { code: 'id_taken', message: `There is a job ${job.id} already.` };
    return { schedule, tick, nextRunAt, outcome: 'skipped', jobId: null, reason: taken };
  }
  return refused(schedule, plan, { code: 'invalid', message: 'The ledger does not take the job.' });
}

function refused(
  schedule: ScheduleRecord,
  { tick, nextRunAt }: Pick<TickPlan, 'tick' | 'nextRunAt'>,
  reason: RunReason,
): Ticked {
  return { schedule, tick, nextRunAt, outcome: 'refused', jobId: null, reason };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
