import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type Outcome } from '#libs/contracts';
import { IDLE_DISPATCH } from '../testing/idle-dispatch.js';
import { newJob } from '../testing/new-job.js';
import { type RealLedger, startRealLedger } from '../testing/real-ledger.js';
import { RunOnLedger } from '../testing/run-on-ledger.js';
import { EventStore } from './event-store.js';
import { type Fact, FactStore } from './fact-store.js';
import { FiringStore, type JobBuilder } from './firing-store.js';
import { JobSteering } from './job-steering.js';
import { JobStore } from './job-store.js';
import { type NewJob } from './new-job.js';
import { TriggerStore } from './trigger-store.js';

const START_MS = 60_000;
const room = { full: false, add: () => undefined, admit: () => () => undefined };
const REJECTED: Outcome = { kind: 'reject', failure: { code: 'broken', message: 'It is broken.' } };

/** The payload of a job of a trigger is what its request says. */
const builder: JobBuilder = {
  prepare: (request, { id, tenant }) => {
    const { payload } = request as { payload: unknown };
    return Promise.resolve({ ok: true, job: newJob({ tenant, payload: JSON.stringify(payload), id: id ?? '' }) });
  },
  maxPayload: () => 500_000,
};

describe('FactStore', () => {
  let ledger: RealLedger;
  let facts: FactStore;
  let events: EventStore;
  let triggers: TriggerStore;
  let firings: FiringStore;
  let jobs: JobStore;
  let steering: JobSteering;
  let run: RunOnLedger;

  beforeAll(async () => {
    ledger = await startRealLedger();
    const { database } = ledger;
    facts = new FactStore(database);
    events = new EventStore(database, { dispatch: IDLE_DISPATCH, room });
    triggers = new TriggerStore(database);
    firings = new FiringStore(database, { dispatch: IDLE_DISPATCH, room });
    jobs = new JobStore(database, IDLE_DISPATCH, room);
    steering = new JobSteering(database, IDLE_DISPATCH);
    run = new RunOnLedger(database, 'lab');
  }, START_MS);

  afterAll(() => ledger.stop());

  afterEach(async () => {
    for (const table of ['facts', 'triggers', 'events', 'jobs']) await ledger.database.query(`DELETE FROM ${table}`);
  });

  const accepted = async (changes: Partial<NewJob> = {}): Promise<string> => {
    const job = newJob(changes);
    await jobs.accept(job);
    return job.id;
  };
  const ended = async (outcome?: Outcome, changes: Partial<NewJob> = {}): Promise<string> => {
    const id = await accepted(changes);
    await run.end(id, outcome);
    return id;
  };
  const told = ({ data, ...fact }: Fact): object => ({ ...fact, data: JSON.parse(data) as object });
  const trigger = async (pattern: string, tenant = 'default'): Promise<void> => {
    const request = { task: 'lab.noop', payload: { of: '{{data.id}}' } };
    await triggers.create(tenant, { name: pattern, pattern, filter: {}, enabled: true, request });
  };
  /** Fires what there is, and returns the jobs that it has started. */
  const started = async (): Promise<{ readonly id: string; readonly of: string }[]> => {
    await events.takeFacts(100);
    const { fired } = await firings.fire(100, builder);
    return Promise.all(
      fired.map(async ({ jobId }) => {
        const job = await jobs.find(jobId ?? '', null);
        return { id: job?.id ?? '', of: (job?.payload as { of: string }).of };
      }),
    );
  };

  it('has the end of each job once, however it came, with the job as it ended and without its payload', async () => {
    const completed = await ended();
    const failed = await ended(REJECTED);
    const cancelled = await accepted();
    await steering.cancel([cancelled]);
    const claimed = await facts.read(await facts.next(10));
    expect(claimed.map(({ type }) => type)).toEqual(['job.completed', 'job.failed', 'job.cancelled']);
    expect(claimed.map(told)).toMatchObject([
      {
        name: `${completed}.2`,
        tenant: 'default',
        data: { id: completed, status: 'completed', result: { answer: 42 } },
      },
      { name: `${failed}.2`, data: { id: failed, status: 'failed', attempt: 1, error: { code: 'broken' } } },
      { name: `${cancelled}.2`, data: { id: cancelled, status: 'cancelled', version: 2 } },
    ]);
    for (const { data } of claimed) expect(JSON.parse(data)).not.toHaveProperty('payload');
  });

  it('lets nobody else have a fact that is claimed, and forgets it when it is told', async () => {
    await ended();
    const noted = await facts.next(10);
    expect(await facts.claim(noted)).toEqual(noted);
    expect([await facts.next(10), await facts.claim(noted)]).toEqual([[], []]);
    await facts.release(noted.map(({ id }) => id));
    expect(await facts.next(10)).toEqual(noted);
    await facts.confirm(noted.map(({ id }) => id));
    expect(await ledger.database.query('SELECT FROM facts')).toEqual([]);
  });

  it('tells a job that was retried meanwhile as it ended, and each of its ends', async () => {
    const id = await ended(REJECTED);
    await steering.retry([id]);
    await steering.cancel([id]);
    const claimed = await facts.read(await facts.next(10));
    expect(claimed.map(told)).toMatchObject([
      { type: 'job.failed', data: { status: 'failed', error: { code: 'broken' } } },
      { type: 'job.cancelled', data: { status: 'cancelled' } },
    ]);
    expect(new Set(claimed.map(({ name }) => name)).size).toBe(2);
  });

  it('has nothing to tell of a job that was deleted before', async () => {
    const id = await ended();
    await steering.remove(id, () => Promise.resolve());
    expect(await facts.read(await facts.next(10))).toEqual([]);
  });

  it('starts the jobs of triggers whose pattern names them, of the same tenant, each once', async () => {
    for (const pattern of ['job.failed', 'job.*', '#', '*.failed', 'order.#']) await trigger(pattern);
    await trigger('job.#', 'acme');
    const [failed, completed] = [await ended(REJECTED), await ended()];
    await ended(undefined, { tenant: 'other' });
    expect((await started()).map(({ of }) => of).toSorted()).toEqual([failed, failed, completed].toSorted());
    expect(await started()).toEqual([]);
    expect(await facts.next(10)).toHaveLength(3);
  });

  it('is no event when nobody wants it', async () => {
    await trigger('job.failed');
    await ended();
    expect(await started()).toEqual([]);
    expect(await ledger.database.query('SELECT FROM events')).toEqual([]);
    expect(await facts.next(10)).toHaveLength(1);
  });

  it('fires no trigger for a job that one has started for a fact, nor for what comes of it, and tells it all the same', async () => {
    await trigger('job.#');
    await ended();
    const [echo] = await started();
    await run.end(echo?.id ?? '');
    await ended(REJECTED, { parentId: echo?.id ?? '' });
    expect(await started()).toEqual([]);
    expect(await facts.next(10)).toHaveLength(3);
  });
});
