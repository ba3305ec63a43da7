import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { uuidv7 } from 'uuidv7';
import { IDLE_DISPATCH } from '../testing/idle-dispatch.js';
import { newJob } from '../testing/new-job.js';
import { type RealLedger, startRealLedger } from '../testing/real-ledger.js';
import { Database } from './database.js';
import { idempotencyLock, tryLocks, uniqueLock } from './advisory-locks.js';
import { IdempotencyError, type IdempotencyKey, IdempotencyStore } from './idempotency.js';
import { JobSteering } from './job-steering.js';
import { RetentionStore } from './retention-store.js';
import { type Acceptance, JobStore } from './job-store.js';
import { type NewJob } from './new-job.js';

const START_MS = 60_000;
const keyOf = (key: string, body = 'a body'): IdempotencyKey => ({
  tenant: 'default',
  key,
  fingerprint: createHash('sha256').update(body).digest(),
});

describe('jobs with keys', () => {
  let ledger: RealLedger;
  let elsewhere: Database;
  let here: JobStore;
  let there: JobStore;
  let steering: JobSteering;

  beforeAll(async () => {
    ledger = await startRealLedger();
    elsewhere = new Database(ledger.url);
    here = new JobStore(ledger.database, IDLE_DISPATCH);
    there = new JobStore(elsewhere, IDLE_DISPATCH);
    steering = new JobSteering(ledger.database, IDLE_DISPATCH);
  }, START_MS);

  afterAll(async () => {
    await elsewhere.close();
    await ledger.stop();
  });

  const count = async (where: string, value: string): Promise<number> => {
    const [row] = await ledger.database.query<{ count: number }>(`SELECT count(*)::int AS count FROM ${where} = $1`, [
      value,
    ]);
    return row?.count ?? -1;
  };
  const unique = (uniqueKey: string, changes: Partial<NewJob> = {}): NewJob => newJob({ uniqueKey, ...changes });
  const reasonOf = (attempt: Promise<Acceptance>): Promise<string> =>
    attempt.then(
      () => 'accepted',
      (error: unknown) => (error instanceof IdempotencyError ? error.reason : String(error)),
    );

  it('are one job for one idempotency key, however many requests come by two gateways at once', async () => {
    const attempts = Array.from({ length: 40 }, (_, index) =>
      (index % 2 === 0 ? here : there).accept(newJob(), keyOf('at once')).then(
        ({ job, created }) => ({ id: job.id, created }),
        (error: unknown) => (error as IdempotencyError).reason,
      ),
    );
    const answers = await Promise.all(attempts);
    const taken = answers.filter((answer) => typeof answer !== 'string');
    expect(new Set(taken.map(({ id }) => id)).size).toBe(1);
    expect(taken.filter(({ created }) => created)).toHaveLength(1);
    expect(new Set(answers.filter((answer) => typeof answer === 'string'))).toEqual(new Set(['being_stored']));
    expect(await count('idempotency_keys WHERE key', 'at once')).toBe(1);
    expect((await here.accept(newJob(), keyOf('at once'))).job.id).toBe(taken[0]?.id);
  });

  it('keep a key with its job in one transaction: what cannot be stored leaves neither', async () => {
    const unstorable = newJob({ payload: '{"text": "\\u0000', id: uuidv7() });
    await expect(here.accept(unstorable, keyOf('neither'))).rejects.toThrow(/json/);
    expect(await count('idempotency_keys WHERE key', 'neither')).toBe(0);
    expect((await here.accept(newJob(), keyOf('neither'))).created).toBe(true);
  });

  it('are refused while the first request is being stored, with another body, and when the job is deleted', async () => {
    await elsewhere.transaction(async (transaction) => {
      await tryLocks(transaction, [idempotencyLock('default', 'slow')]);
      expect(await reasonOf(here.accept(newJob(), keyOf('slow')))).toBe('being_stored');
      expect((await here.accept(newJob({ tenant: 'other' }), { ...keyOf('slow'), tenant: 'other' })).created).toBe(
        true,
      );
    });
    const { job } = await here.accept(newJob(), keyOf('slow'));
    expect(await reasonOf(here.accept(newJob(), keyOf('slow', 'another body')))).toBe('other_request');
    await steering.cancel([job.id]);
    await steering.remove(job.id, () => Promise.resolve());
    expect(await reasonOf(here.accept(newJob(), keyOf('slow')))).toBe('deleted');
  });

  it('forget idempotency keys after a day', async () => {
    const store = new IdempotencyStore(ledger.database);
    const first = await here.accept(newJob(), keyOf('old'));
    await here.accept(newJob(), keyOf('young'));
    await ledger.database.query("UPDATE idempotency_keys SET expires_at = now() WHERE key = 'old'");
    const second = await here.accept(newJob(), keyOf('old', 'another body'));
    expect([second.created, second.job.id === first.job.id]).toEqual([true, false]);
    await ledger.database.query("UPDATE idempotency_keys SET expires_at = now() WHERE key = 'old'");
    await new RetentionStore(ledger.database).removeKeys(10);
    expect(await count('idempotency_keys WHERE key', 'old')).toBe(0);
    expect(await store.find(keyOf('young'))).toMatchObject({ answer: null });
  });

  it('are one open job for one unique key of a tenant and task, by two gateways at once', async () => {
    const attempts = Array.from({ length: 40 }, (_, index) =>
      (index % 2 === 0 ? here : there).accept(unique('u'), index % 3 === 0 ? keyOf(`u ${index}`) : null),
    );
    const accepted = await Promise.all(attempts);
    const [id = ''] = new Set(accepted.map(({ job }) => job.id));
    expect(accepted.every(({ job }) => job.id === id && job.uniqueKey === 'u')).toBe(true);
    expect(accepted.filter(({ created }) => created)).toHaveLength(1);
    for (const other of [unique('u', { tenant: 'other' }), unique('u', { task: 'lab.other' }), unique('v')]) {
      expect((await here.accept(other)).created).toBe(true);
    }
    await steering.cancel([id]);
    expect((await here.accept(unique('u'))).created).toBe(true);
  });

  it('hold a unique key for its time, also when they have ended', async () => {
    const held = await here.accept(unique('for a time', { uniqueUntil: new Date(Date.now() + 60_000) }));
    await steering.cancel([held.job.id]);
    expect((await here.accept(unique('for a time'))).job).toMatchObject({ id: held.job.id, status: 'cancelled' });
    await ledger.database.query('UPDATE jobs SET unique_until = now() WHERE id = $1', [held.job.id]);
    expect((await here.accept(unique('for a time'))).created).toBe(true);
  });

  it('wait while somebody else decides about their unique key, and hold up nobody', async () => {
    let accepted: Promise<Acceptance> | undefined;
    const theirs = unique('contended');
    await elsewhere.transaction(async (transaction) => {
      await tryLocks(transaction, [uniqueLock('default', 'lab.noop', 'contended')]);
      accepted = here.accept(unique('contended'));
      await here.accept(newJob(), keyOf('not held up'));
      await transaction.query(
        `INSERT INTO jobs (id, tenant, task, queue, status, priority, payload, max_attempts, backoff, timeout_ms, unique_key)
         VALUES ($1, 'default', 'lab.noop', 'lab', 'queued', 4, '{}', 1, '{}', 1, 'contended')`,
        [theirs.id],
      );
    });
    expect(await accepted).toMatchObject({ created: false, job: { id: theirs.id } });
  });

  it('are not retried while another open job holds their unique key; of several the newest is', async () => {
    const make = async (): Promise<string> => {
      const { job } = await here.accept(unique('retried'));
      await steering.cancel([job.id]);
      return job.id;
    };
    const [first, second] = [await make(), await make()];
    expect(await steering.retry([first, second])).toEqual([second]);
    expect(await steering.retry([first])).toEqual([]);
    await steering.cancel([second]);
    expect(await steering.retry([first])).toEqual([first]);
  });
});
