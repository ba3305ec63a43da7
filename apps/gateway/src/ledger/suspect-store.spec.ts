import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { reconcilerTimes } from '../reconciler/times.js';
import { IDLE_DISPATCH } from '../testing/idle-dispatch.js';
import { newJob } from '../testing/new-job.js';
import { type RealLedger, startRealLedger } from '../testing/real-ledger.js';
import { AuditStore } from './audit-store.js';
import { JobStore } from './job-store.js';
import { type NewJob } from './new-job.js';
import { ProbeStore } from './probe-store.js';
import { type ResendPosition, SentinelStore } from './sentinel-store.js';
import { SuspectStore, type Wave } from './suspect-store.js';

const START_MS = 60_000;
const QUEUE = 'lab';

describe('the stores of lost jobs', () => {
  const times = reconcilerTimes(60_000);
  let ledger: RealLedger;
  let jobs: JobStore;
  let suspects: SuspectStore;
  let audit: AuditStore;
  let sentinel: SentinelStore;

  beforeAll(async () => {
    ledger = await startRealLedger();
    jobs = new JobStore(ledger.database, IDLE_DISPATCH);
    suspects = new SuspectStore(ledger.database, times);
    audit = new AuditStore(ledger.database, times);
    sentinel = new SentinelStore(ledger.database);
    await ledger.database.query(
      `INSERT INTO domains (name, queue_key, queue_type, queue_number) VALUES ('${QUEUE}', 'lab.classic-1', 'classic', 1)`,
    );
  }, START_MS);

  beforeEach(async () => {
    for (const table of ['jobs CASCADE', 'suspects', 'probes', 'outbox', 'workers', 'voids', 'queue_settings']) {
      await ledger.database.query(`TRUNCATE ${table}`);
    }
  });

  afterAll(() => ledger.stop());

  const run = (sql: string, values: readonly unknown[] = []): Promise<Record<string, unknown>[]> =>
    ledger.database.query(sql, values);
  /** A job whose message the broker has confirmed. */
  const sent = async (changes: Partial<NewJob> = {}, set = 'version = version'): Promise<string> => {
    const { job } = await jobs.accept(newJob(changes));
    await run('DELETE FROM outbox WHERE job_id = $1', [job.id]);
    await run(`UPDATE jobs SET ${set} WHERE id = $1`, [job.id]);
    return job.id;
  };
  const heard = async (id: string, runs: object[], ago = '0 s'): Promise<void> => {
    await run(
      `INSERT INTO workers (domain, id, app_version, concurrency, runs, seq, heard_at)
       VALUES ('${QUEUE}', $1, '1', 4, $2, 1, now() - $3::interval)`,
      [id, JSON.stringify(runs), ago],
    );
  };
  const causes = async (): Promise<Record<string, unknown>> =>
    Object.fromEntries(
      (await run('SELECT job_id, cause FROM suspects')).map(({ job_id, cause }) => [String(job_id), cause]),
    );
  const onlyWave = async (): Promise<Wave> => {
    const [wave, ...more] = await suspects.waves();
    if (wave === undefined || more.length > 0) throw new Error('Expected one wave.');
    return wave;
  };

  const RUNNING = `status = 'running', attempt = 1, started_at = now(), worker_id = 'w1'`;

  it('suspects what waits, is overdue or runs with nobody, and nothing that is in order', async () => {
    const waiting = await sent();
    const overdue = await sent({}, `status = 'retrying', next_attempt_at = now() - interval '11 s'`);
    const orphan = await sent({}, RUNNING.replace('w1', 'gone'));
    const unnamed = await sent({}, RUNNING);
    const named = await sent({}, RUNNING);
    await sent({}, `status = 'retrying', next_attempt_at = now() - interval '9 s'`);
    await sent({}, `${RUNNING}, returned_at = now()`);
    await jobs.accept(newJob());
    await jobs.accept(newJob({ scheduledFor: new Date(Date.now() + 60_000) }));
    await heard('w1', [{ job: named, run: 1 }]);
    await heard('gone', [{ job: orphan, run: 1 }], '31 s');

    await suspects.look();

    expect(await causes()).toEqual({
      [waiting]: 'message_lost',
      [overdue]: 'retry_lost',
      [orphan]: 'worker_lost',
      [unnamed]: 'outcome_lost',
    });
  });

  it('forgets a suspect when there is news of it, and begins no wave while another of the kind is young', async () => {
    const [moved, still] = [await sent(), await sent()];
    await suspects.look();
    const later = await sent();
    const other = await sent({ priority: 9 });
    await run('UPDATE jobs SET version = version + 1 WHERE id = $1', [moved]);
    await suspects.drop();
    await suspects.look();
    expect(Object.keys(await causes()).sort()).toEqual([still, other].sort());
    expect((await suspects.waves()).map(({ priority }) => priority)).toEqual([4, 9]);

    await run(`UPDATE suspects SET since = since - interval '60 s' WHERE priority = 4`);
    await suspects.look();
    expect(Object.keys(await causes()).sort()).toEqual([moved, still, later, other].sort());
  });

  it('sends the lost again, first and with their old runs voided, and leaves those that moved or are in hand', async () => {
    const [lost, moved, inHand] = [await sent(), await sent(), await sent()];
    await suspects.look();
    await run('UPDATE jobs SET version = version + 1 WHERE id = $1', [moved]);
    await heard('w1', [{ job: inHand, run: 1 }]);
    const wave = await onlyWave();

    expect(await suspects.repair(wave)).toBe(1);
    expect(await suspects.repair(wave)).toBe(0);

    expect(await suspects.waves()).toEqual([]);
    const rows = await run('SELECT id, run, version, charged FROM jobs WHERE run > 1');
    expect(rows).toEqual([{ id: lost, run: 2, version: 2, charged: 0 }]);
    const outbox = await run('SELECT kind, job_id, run, priority FROM outbox ORDER BY kind');
    expect(outbox).toEqual([
      { kind: 'void', job_id: lost, run: 1, priority: null },
      { kind: 'work', job_id: lost, run: 2, priority: 9 },
    ]);
    expect(await run('SELECT FROM voids')).toEqual([]);
  });

  it('keeps it in force that the old run of a lost retry must not run: it may come out of the ladder after all', async () => {
    const id = await sent({}, `status = 'retrying', next_attempt_at = now() - interval '11 s'`);
    await suspects.look();
    expect(await suspects.repair(await onlyWave())).toBe(1);
    expect(await run('SELECT job_id, run FROM voids')).toEqual([{ job_id: id, run: 1 }]);
  });

  it('charges a running job whose worker or outcome is lost', async () => {
    const id = await sent({}, RUNNING);
    await suspects.look();
    await suspects.repair(await onlyWave());
    expect(await jobs.find(id, null)).toMatchObject({ status: 'queued', attempt: 1, error: { code: 'worker_lost' } });
    expect(await jobs.attempts(id)).toMatchObject([{ run: 1, attempt: 1, outcome: 'lost' }]);
  });

  it("counts each open job once, and as unaccounted what looks lost and is in nobody's hands", async () => {
    const [, inHand] = [await sent(), await sent()];
    await jobs.accept(newJob());
    await sent({}, RUNNING);
    await sent({}, `status = 'retrying', next_attempt_at = now() + interval '1 h'`);
    await sent({}, `status = 'retrying', next_attempt_at = now() - interval '1 s'`);
    await sent({}, `status = 'completed', completed_at = now()`);
    await jobs.accept(newJob({ scheduledFor: new Date(Date.now() + 60_000) }));
    await jobs.accept(newJob({ concurrencyKey: 'one' }));
    const counts = { queue: QUEUE, outbox: 1, held: 1, delayed: 1, running: 1, scheduled: 1 };
    expect(await audit.queues()).toEqual([{ ...counts, waiting: 3, paused: 0, unaccounted: 0 }]);

    await suspects.look();
    await heard('w1', [{ job: inHand, run: 1 }]);
    for (const wave of await suspects.waves()) if (wave.cause === 'message_lost') await suspects.note(wave);
    expect(await audit.queues()).toEqual([{ ...counts, waiting: 2, paused: 0, unaccounted: 1 }]);
    expect(await audit.unaccounted()).toBe(1);

    await run(`INSERT INTO queue_settings (queue, paused, version) VALUES ('${QUEUE}', true, 1)`);
    expect(await audit.queues()).toEqual([{ ...counts, waiting: 0, paused: 2, unaccounted: 1 }]);
  });

  it('sends again what a wiped broker had, each with its priority and its time, and nothing else', async () => {
    const waiting = await sent({ priority: 2 });
    const first = await sent({}, 'sent_priority = 9');
    const due = new Date(Date.now() + 5_000);
    const retrying = await sent({}, `status = 'retrying', next_attempt_at = '${due.toISOString()}'`);
    const inHand = await sent();
    await sent({}, RUNNING);
    const unsent = (await jobs.accept(newJob())).job.id;
    await heard('w1', [{ job: inHand, run: 1 }], '1 h');

    const lookAtAll = (): Promise<object[]> =>
      sentinel.watch(async (watch) => {
        const found: object[] = [];
        for (let after: ResendPosition | undefined; ;) {
          const resent = await watch.sendAgain(after);
          if (resent === undefined) return found;
          found.push({ queue: resent.queue, count: resent.count });
          after = resent.upTo;
        }
      });

    expect(await lookAtAll()).toEqual([
      { queue: QUEUE, count: 2 },
      { queue: QUEUE, count: 1 },
    ]);
    expect(await lookAtAll()).toEqual([
      { queue: QUEUE, count: 0 },
      { queue: QUEUE, count: 0 },
    ]);
    const outbox = await run('SELECT job_id, run, priority, due_at FROM outbox ORDER BY id');
    expect(outbox).toEqual([
      { job_id: unsent, run: 1, priority: null, due_at: null },
      { job_id: waiting, run: 2, priority: null, due_at: null },
      { job_id: first, run: 2, priority: 9, due_at: null },
      { job_id: retrying, run: 2, priority: null, due_at: due },
    ]);
  });

  it('knows what was reported when a marker is back and as many trackers have settled since', async () => {
    const probes = new ProbeStore(ledger.database);
    const id = '0198aaaa-bbbb-4ccc-8ddd-eeeeffff0000';
    const now = Date.now();
    const known = (trackers: number): Promise<boolean> => probes.isKnown(id, trackers, 1_000);
    await probes.mark(id);
    await probes.settled('one', now + 60_000);
    expect(await known(1)).toBe(false);
    await probes.answered([id, 'no id', '0198aaaa-bbbb-4ccc-8ddd-eeeeffff9999']);
    expect(await known(1)).toBe(true);
    expect(await known(2)).toBe(false);
    await probes.settled('two', now + 500);
    expect(await known(2)).toBe(false);
    await probes.settled('two', now + 60_000);
    expect(await known(2)).toBe(true);
  });

  it('forgets probes that were lost with the answer of a later one, so that none of them makes the next more patient', async () => {
    const probes = new ProbeStore(ledger.database);
    const way = { queue: QUEUE, key: 'lab.classic-1', priority: 4 };
    const id = (number: number): string => `0198aaaa-bbbb-4ccc-8ddd-00000000000${number}`;
    const out = async (): Promise<unknown> => (await probes.list()).map(({ priority }) => priority);
    await probes.send({ id: id(1), ...way });
    await probes.send({ id: id(2), ...way, priority: 5 });
    await probes.tidy();
    expect(await out()).toEqual([4, 5]);
    await probes.send({ id: id(3), ...way });
    await probes.answered([id(3)]);
    await probes.tidy();
    expect(await out()).toEqual([5]);
  });

  it('asks no more in a queue that is gone, unless the domain sends there', async () => {
    const probes = new ProbeStore(ledger.database);
    const keys = async (): Promise<unknown> =>
      (await run('SELECT key FROM queue_keys ORDER BY key')).map(({ key }) => key);
    await run(`INSERT INTO queue_keys VALUES ('${QUEUE}', 'lab.former')`);
    const ids = ['0198aaaa-bbbb-4ccc-8ddd-000000000001', '0198aaaa-bbbb-4ccc-8ddd-000000000002'] as const;
    await probes.send({ id: ids[0], queue: QUEUE, key: 'lab.former', priority: 4 });
    await probes.send({ id: ids[1], queue: QUEUE, key: 'lab.classic-1', priority: 4 });
    expect(await keys()).toEqual(['lab.classic-1', 'lab.former']);
    for (const id of ids) await probes.gone(id);
    expect(await keys()).toEqual(['lab.classic-1']);
    expect((await probes.list()).map(({ gone }) => gone)).toEqual([true, true]);
  });
});
