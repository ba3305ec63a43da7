import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { v4 as uuidv4 } from 'uuid';
import { IDLE_DISPATCH } from '../testing/idle-dispatch.js';
import { deadJob } from '../testing/dead-job.js';
import { newJob } from '../testing/new-job.js';
import { type RealLedger, startRealLedger } from '../testing/real-ledger.js';
import { type BuriedRun, type NewDeadLetter } from './dead-letter.js';
import { DeadLetterStore } from './dead-letter-store.js';
import { type Arrival, DeadMessageStore } from './dead-message-store.js';
import { JobSteering } from './job-steering.js';
import { JobStore } from './job-store.js';
import { ReportStore } from './report-store.js';

const START_MS = 60_000;
const KEPT = 3;

describe('DeadMessageStore', () => {
  let ledger: RealLedger;
  let jobs: JobStore;
  let messages: DeadMessageStore;
  let letters: DeadLetterStore;

  beforeAll(async () => {
    ledger = await startRealLedger();
    jobs = new JobStore(ledger.database, IDLE_DISPATCH);
    messages = new DeadMessageStore(ledger.database, KEPT);
    letters = new DeadLetterStore(ledger.database);
    await ledger.database.query(
      "INSERT INTO domains (name, queue_key, queue_type, queue_number) VALUES ('lab', 'lab.classic-1', 'classic', 1)",
    );
  }, START_MS);

  beforeEach(() => ledger.database.query('TRUNCATE dead_letters, dead_letter_removals'));

  afterAll(() => ledger.stop());

  const letter = (changes: Partial<NewDeadLetter> = {}): NewDeadLetter => ({
    id: uuidv4(),
    tenant: 'default',
    queue: 'lab',
    task: null,
    error: { code: 'unreadable_message', message: 'No JSON.', permanent: true, attempt: 0, at: '2026-01-01T00:00:00Z' },
    reason: 'unreadable',
    payload: 'no JSON',
    workerId: null,
    message: {
      ...{ domain: 'lab', routingKey: 'lab.unreadable', key: 'lab.noop', source: 'leveret.ingress', messageId: null },
      ...{ type: null, priority: null, headers: {}, encoding: 'utf8', size: 7, clipped: false, masked: false },
    },
    ...changes,
  });
  const message = (changes: Partial<NewDeadLetter> = {}): Arrival => ({ kind: 'message', letter: letter(changes) });
  const buried = (job: string, run = 1): { kind: 'run'; run: BuriedRun } => ({
    kind: 'run',
    run: { job, run, death: { reason: 'rejected', queue: 'leveret.lab.classic-1' }, letter: letter() },
  });
  const all = (): ReturnType<DeadLetterStore['list']> => letters.list({}, { limit: 100, after: null });
  const removals = (): Promise<object[]> =>
    ledger.database.query('SELECT queue, letter_id FROM dead_letter_removals ORDER BY id');

  it('keeps a message once, however often it comes', async () => {
    const one = letter();
    await messages.enter([
      { kind: 'message', letter: one },
      { kind: 'message', letter: one },
    ]);
    expect(await messages.enter([{ kind: 'message', letter: one }])).toBe(false);
    expect(await all()).toMatchObject([{ ...one, jobId: null, run: null }]);
  });

  it('puts messages for domains that nobody has announced under one name', async () => {
    await messages.enter([message({ queue: 'invented' })]);
    expect(await all()).toMatchObject([{ queue: 'unknown', message: { domain: 'lab' } }]);
  });

  it('puts those of events under their own name', async () => {
    await messages.enter([message({ queue: 'events' })]);
    expect(await all()).toMatchObject([{ queue: 'events' }]);
  });

  it('keeps the newest of each queue, and has the others swept', async () => {
    const ids = Array.from({ length: KEPT + 2 }, () => uuidv4());
    await messages.enter(ids.map((id) => message({ id })));
    for (const [index, id] of ids.entries()) {
      await ledger.database.query("UPDATE dead_letters SET dead_at = dead_at + $2 * interval '1 s' WHERE id = $1", [
        id,
        index,
      ]);
    }
    await messages.enter([message({ queue: 'invented' })]);
    expect(await messages.prune()).toBe(2);
    const kept = (await letters.list({ queue: 'lab' }, { limit: 100, after: null })).map(({ id }) => id);
    expect(kept).toEqual(ids.slice(2).reverse());
    expect(await removals()).toHaveLength(2);
    expect((await all()).length).toBe(KEPT + 1);
  });

  it('ends a job whose newest message the broker has dead-lettered', async () => {
    const { job } = await jobs.accept(newJob());
    const arrival = buried(job.id);
    expect(await messages.enter([arrival])).toBe(true);
    expect(await jobs.find(job.id, null)).toMatchObject({
      status: 'failed',
      attempt: 1,
      error: { code: 'worker_lost', attempt: 1, message: expect.stringContaining('leveret.lab.classic-1') as unknown },
    });
    expect(await jobs.attempts(job.id)).toMatchObject([{ run: 1, attempt: 1, outcome: 'lost' }]);
    expect(await all()).toMatchObject([{ jobId: job.id, run: 1, reason: 'broker_rejected' }]);
    // The broker's own message lies beside the copy of this letter.
    expect(await removals()).toEqual([{ queue: 'lab', letter_id: arrival.run.letter.id }]);
  });

  it('leaves a job as it is when the message is of an older run, or the job is final', async () => {
    const [older, final] = [(await jobs.accept(newJob())).job.id, (await jobs.accept(newJob())).job.id];
    await ledger.database.query('UPDATE jobs SET run = 2 WHERE id = $1', [older]);
    const steering = new JobSteering(ledger.database, { hurry: () => undefined });
    await steering.cancel([final]);
    await messages.enter([buried(older), buried(final)]);
    expect([(await jobs.find(older, null))?.status, (await jobs.find(final, null))?.status]).toEqual([
      'queued',
      'cancelled',
    ]);
    expect(await all()).toEqual([]);
  });

  it('keeps a message of a job that nobody knows', async () => {
    const arrival = buried(uuidv4());
    await messages.enter([arrival]);
    expect(await all()).toMatchObject([{ id: arrival.run.letter.id, jobId: null }]);
  });

  it('lets go of the letter of a job that is queued again or deleted', async () => {
    const reports = new ReportStore(ledger.database);
    const ids = [await deadJob({ jobs, reports }), await deadJob({ jobs, reports })] as const;
    expect((await all()).length).toBe(2);
    await new JobSteering(ledger.database, { hurry: () => undefined }).retry([ids[0]]);
    await ledger.database.query('DELETE FROM jobs WHERE id = $1', [ids[1]]);
    expect(await all()).toEqual([]);
    expect(await removals()).toEqual([
      { queue: 'lab', letter_id: null },
      { queue: 'lab', letter_id: null },
    ]);
  });
});
