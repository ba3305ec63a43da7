import { hearsOf, isFactType } from '../facts/fact-type.js';
import { derivedId } from '../jobs/derived-id.js';
import { passesFilter } from '../triggers/event-filter.js';
import { buildRequest } from '../triggers/triggered-job.js';
import { takeLocks } from './advisory-locks.js';
import { type Database, type Queries } from './database.js';
import { type EventRecord } from './event-row.js';
import { type Fired, lockTriggers, markEchoes, noteFired, noteFirings, takeEvents } from './firing-writes.js';
import { JobChunks } from './job-chunks.js';
import { type NewJob } from './new-job.js';
import { type Dispatch } from './outbox.js';
import { type OutboxRoom } from './outbox-room.js';
import { type FiringReason, type TriggerRecord } from './trigger-row.js';
import { enterJobs } from './tick-writes.js';
import { type PrepareJob } from './tick-store.js';
import { readHolders, uniqueLocksOf, uniqueName } from './unique-keys.js';

/** Checks the requests of triggered jobs as any request is checked, and knows how much their tasks take. */
export interface JobBuilder {
  readonly prepare: PrepareJob;
  /** Bytes of JSON. */
  maxPayload(task: string): number;
}

interface Parts {
  readonly dispatch: Pick<Dispatch, 'wake'>;
  readonly room: Pick<OutboxRoom, 'full' | 'add'>;
}

/** A trigger that is about to start a job. */
interface Start extends Pick<Fired, 'trigger' | 'event'> {
  readonly job: NewJob;
}

/**
 * Turns events into jobs. That triggers fire for an event is one transaction: the event is locked, the jobs and their outbox rows
 * are entered, what became of each trigger is noted, and the event is marked. So they fire all or not at all, whoever is
 * killed, and whoever comes second finds it done.
 */
export class FiringStore {
  readonly #database: Database;
  readonly #dispatch: Parts['dispatch'];
  readonly #room: Parts['room'];

  constructor(database: Database, { dispatch, room }: Parts) {
    this.#database = database;
    this.#dispatch = dispatch;
    this.#room = room;
  }

  /**
   * Fires the triggers of up to `limit` events that no other gateway has in hand, oldest first. While the outbox is full, events
   * wait. Returns how many events it were, and what became of their triggers.
   */
  async fire(
    limit: number,
    builder: JobBuilder,
  ): Promise<{ readonly events: number; readonly fired: readonly Fired[] }> {
    if (this.#room.full) return { events: 0, fired: [] };
    const done = await this.#database.transaction(async (transaction) => {
      const events = await takeEvents(transaction, limit);
      const triggers = await lockTriggers(transaction, events);
      const firing = new Firing(transaction, builder);
      for (const event of events) {
        for (const trigger of triggers) if (wants(trigger, event)) await firing.add(trigger, event);
      }
      const fired = await firing.end();
      await noteFired(transaction, events);
      return { events: events.length, fired };
    });
    const started = done.fired.filter(({ outcome }) => outcome === 'started').length;
    this.#room.add(started);
    if (started > 0) this.#dispatch.wake();
    return done;
  }
}

/** Whether a trigger is to start a job for an event. */
function wants({ tenant, pattern, filter }: TriggerRecord, event: EventRecord): boolean {
  return tenant === event.tenant && hearsOf(pattern, event.type) && passesFilter(filter, event);
}

/** The firing of triggers as a part of one transaction. */
class Firing {
  readonly #transaction: Queries;
  readonly #builder: JobBuilder;
  readonly #fired: Fired[] = [];
  readonly #chunks = new JobChunks<Start>((starts) => this.#enter(starts));

  constructor(transaction: Queries, builder: JobBuilder) {
    this.#transaction = transaction;
    this.#builder = builder;
  }

  async add(trigger: TriggerRecord, event: EventRecord): Promise<void> {
    const judged = await judge(trigger, event, this.#builder);
    if (!('job' in judged)) {
      this.#fired.push(judged);
      return;
    }
    await this.#chunks.add(judged, judged.job);
  }

  async end(): Promise<readonly Fired[]> {
    await this.#chunks.end();
    await noteFirings(this.#transaction, this.#fired);
    return this.#fired;
  }

  async #enter(starts: readonly Start[]): Promise<void> {
    const jobs = starts.map(({ job }) => job);
    await takeLocks(this.#transaction, uniqueLocksOf(jobs));
    const holders = new Map(await readHolders(this.#transaction, jobs));
    const free = starts.filter(({ job }) => job.uniqueKey === null || holds(job, holders));
    const entering = free.map(({ job }) => job);
    const held = new Set(entering);
    const entries = await enterJobs(this.#transaction, entering, { claimMs: 0, dueWaits: true, held });
    await markEchoes(
      this.#transaction,
      free.flatMap(({ job: { id }, event }) => (isFactType(event.type) && entries.get(id) === 'entered' ? [id] : [])),
    );
    for (const start of starts) {
      this.#fired.push(firedOf(start, entries.get(start.job.id), holders.get(uniqueName(start.job))));
    }
  }
}

/** Whether a job holds its unique key; it does when nobody has it. */
function holds(job: NewJob, holders: Map<string, string>): boolean {
  const name = uniqueName(job);
  if (!holders.has(name)) holders.set(name, job.id);
  return holders.get(name) === job.id;
}

/** What a trigger makes of an event: a job that has passed the check, or why there is none. Whatever is wrong with one holds up no other. */
async function judge(trigger: TriggerRecord, event: EventRecord, builder: JobBuilder): Promise<Start | Fired> {
  const built = buildRequest(trigger.request, event, builder.maxPayload(String(trigger.request['task'])));
  if (!built.ok) return refused({ trigger, event }, built.errors);
  const id = derivedId(event.receivedAt, trigger.id, event.uid);
  const origin = { id, tenant: trigger.tenant, traceparent: null, stored: true } as const;
  const prepared = await builder.prepare(built.request, origin).catch((error: unknown) => ({
    ok: false as const,
    errors: [{ path: 'payload', message: error instanceof Error ? error.message : String(error) }],
  }));
  return prepared.ok ? { trigger, event, job: prepared.job } : refused({ trigger, event }, prepared.errors);
}

function firedOf(
  { trigger, event, job }: Start,
  entry: 'entered' | 'taken' | 'unstorable' | undefined,
  holder: string | undefined,
): Fired {
  if (entry === 'entered') return { trigger, event, outcome: 'started', jobId: job.id, reason: null };
  if (entry === undefined) {
    return skipped({ trigger, event }, 'unique_key_held', `The job ${holder ?? 'of another'} holds the unique key.`);
  }
  if (entry === 'taken') return skipped({ trigger, event }, 'id_taken', `There is a job ${job.id} already.`);
  return {
    ...refused({ trigger, event }, []),
    reason: { code: 'invalid', message: 'The ledger does not take the job.' },
  };
}

function skipped(of: Pick<Fired, 'trigger' | 'event'>, code: FiringReason['code'], message: string): Fired {
  return { ...of, outcome: 'skipped', jobId: null, reason: { code, message } };
}

function refused(of: Pick<Fired, 'trigger' | 'event'>, errors: NonNullable<FiringReason['errors']>): Fired {
  const message = 'What the event makes of the trigger is no request that its task takes.';
  return { ...of, outcome: 'refused', jobId: null, reason: { code: 'invalid', message, errors } };
}
