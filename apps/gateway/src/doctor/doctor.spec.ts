import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { openStorage, type Storage } from '#libs/storage';
import { Database } from '../ledger/database.js';
import { JobStore } from '../ledger/job-store.js';
import { TaskStore } from '../ledger/task-store.js';
import { TriggerStore } from '../ledger/trigger-store.js';
import { WorkerStore } from '../ledger/worker-store.js';
import { IDLE_DISPATCH } from '../testing/idle-dispatch.js';
import { ManagementStub } from '../testing/management-stub.js';
import { newJob } from '../testing/new-job.js';
import { type RealLedger, startRealLedger } from '../testing/real-ledger.js';
import { declaredTopology } from './declared-topology.js';
import { diagnose, type Subject } from './doctor.js';

const START_MS = 60_000;
const WORK = 'leveret.lab.classic-1';
const DEAD_EXCHANGE = 'dead-letter-exchange';

describe('the doctor', () => {
  let ledger: RealLedger;
  let folder: string;
  let storage: Storage;
  let stub: ManagementStub;
  let subject: Subject;

  beforeAll(async () => {
    [ledger, stub, folder] = await Promise.all([
      startRealLedger(),
      ManagementStub.start(),
      mkdtemp(join(tmpdir(), 'leveret-doctor-')),
    ]);
    storage = await openStorage(pathToFileURL(folder).href);
  }, START_MS);

  afterAll(async () => {
    await Promise.all([ledger.stop(), stub.stop(), rm(folder, { recursive: true })]);
  });

  beforeEach(async () => {
    await ledger.database.query('TRUNCATE domains, workers, queue_settings, jobs, outbox CASCADE');
    await new TaskStore(ledger.database).announce({
      domain: 'lab',
      appVersion: '1.0.0',
      worker: 'lab@a',
      queue: { key: 'lab.classic-1', type: 'classic', number: 1 },
      tasks: [],
    });
    subject = {
      broker: {
        urls: ['amqp://me:p%40ss@127.0.0.1'],
        ca: null,
        prefix: 'leveret',
        queueType: 'classic',
        topology: 'declare',
        ackTimeoutMs: 1_800_000,
      },
      link: { server: { product: 'RabbitMQ', version: '3.10.8' }, state: 'open', failure: undefined },
      managementUrl: stub.url,
      ledger: ledger.database,
      storage,
    };
    stub.declare(await declaredTopology({ ...subject, management: undefined }));
  });

  const found = async (grade: string, changes: Partial<Subject> = {}): Promise<string[]> =>
    (await diagnose({ ...subject, ...changes }))
      .filter((one) => one.grade === grade)
      .map(({ check, says, mend }) => `${check}: ${says} ${mend ?? ''}`);
  const beat = async (worker: string, told: { at?: number; storage?: string }): Promise<void> => {
    const who = { worker, domain: 'lab', appVersion: '1.0.0', concurrency: 4, seq: 1, runs: [] };
    await new WorkerStore(ledger.database).hear([{ ...who, ...told }]);
  };

  it('finds nothing to mend where all is as declared', async () => {
    await beat('lab@a', { at: Date.now(), storage: await storage.identity() });
    expect(await found('mend')).toEqual([]);
    expect(stub.asked).toContain('/api/queues/%2F');
    expect(await found('unknown')).toEqual([expect.stringMatching(/^acknowledgement time-out: .*rabbitmqctl eval/)]);
  });

  it('finds nothing where nobody takes from a queue because workers have their hands full', async () => {
    await beat('lab@a', { at: Date.now(), storage: await storage.identity() });
    Object.assign(stub.queue(WORK), { consumers: 0, messages: 4, messages_unacknowledged: 4 });
    expect(await found('mend')).toEqual([]);
  });

  it('finds a binding of events that a trigger wants and that is gone', async () => {
    const definition = { name: 'a trigger', pattern: 'order.*', filter: {}, enabled: true };
    const request = { task: 'lab.noop' };
    const trigger = await new TriggerStore(ledger.database).create('default', { ...definition, request });
    expect(await found('mend')).toEqual([
      expect.stringMatching(
        /binding of leveret\.events\.triggers to leveret\.events with the key "order\.\*" is missing/,
      ),
    ]);
    await new TriggerStore(ledger.database).remove(trigger?.id ?? '', null);
  });

  it.each<[string, () => void, RegExp]>([
    [
      'a binding of dead letters that is gone',
      () => (stub.told.bindings = stub.told.bindings.filter(({ destination }) => destination !== 'leveret.lab.dead')),
      /^exchanges, queues and bindings: The binding of leveret\.lab\.dead to leveret\.dead with the key "lab\.#" is missing/,
    ],
    [
      'a queue that is gone',
      () => (stub.told.queues = stub.told.queues.filter(({ name }) => name !== 'leveret.ingress')),
      /^exchanges, queues and bindings: The queue leveret\.ingress is missing/,
    ],
    [
      'an exchange that is gone',
      () => (stub.told.exchanges = stub.told.exchanges.filter(({ name }) => name !== 'leveret.events')),
      /^exchanges, queues and bindings: The exchange leveret\.events is missing/,
    ],
    [
      'an exchange of another type',
      () => stub.told.exchanges.splice(0, Infinity, ...stub.told.exchanges.map((one) => ({ ...one, type: 'direct' }))),
      /^exchanges, queues and bindings: The exchange leveret\.work is of type direct, and topic is declared/m,
    ],
    [
      'a level of the ladder that waits for another time',
      () => {
        const level = stub.queue('leveret.delay.level-03');
        level.arguments = { ...level.arguments, 'x-message-ttl': 1 };
      },
      /^queue arguments: The queue leveret\.delay\.level-03 has x-message-ttl = 1, and 400 is declared/,
    ],
    [
      'a policy that drops messages',
      () => Object.assign(stub.queue(WORK), { policy: 'tidy', effective_policy_definition: { 'message-ttl': 60_000 } }),
      /^policies: The policy tidy sets message-ttl = 60000 on leveret\.lab\.classic-1/,
    ],
    [
      'a policy that sends dead letters to an exchange that does not exist',
      () =>
        Object.assign(stub.queue('leveret.status.reports'), {
          effective_policy_definition: { [DEAD_EXCHANGE]: 'nowhere' },
        }),
      /^dead-letter routes: The dead letters of leveret\.status\.reports go to the exchange nowhere, which does not exist/,
    ],
    [
      'dead letters of the broker that no queue is bound for',
      () => (stub.told.bindings = stub.told.bindings.filter(({ source }) => source !== 'leveret.dead')),
      /^dead-letter routes: The dead letters of leveret\.lab\.classic-1 go to leveret\.dead with the key lab\.broker, and no queue/m,
    ],
    [
      'a queue that waits less for an acknowledgement than is declared',
      () => Object.assign(stub.queue(WORK), { effective_policy_definition: { 'consumer-timeout': 60_000 } }),
      /^acknowledgement time-out: leveret\.lab\.classic-1 waits 60000 ms .* BROKER_ACK_TIMEOUT says 1800000 ms/,
    ],
    [
      'an app that takes nothing',
      () => (stub.queue(WORK).consumers = 0),
      /^consumers: Apps of lab are about, and none takes messages/,
    ],
    [
      'a stranger who takes without limit',
      () => stub.told.consumers.push({ queue: { name: WORK }, ack_required: true, prefetch_count: 0 }),
      /^consumers: A consumer takes messages of leveret\.lab\.classic-1 without a limit/,
    ],
    [
      'a stranger who does not acknowledge',
      () => stub.told.consumers.push({ queue: { name: WORK }, ack_required: false, prefetch_count: 4 }),
      /^consumers: A consumer takes messages of leveret\.lab\.classic-1 without acknowledging/,
    ],
    [
      'messages that no app takes in',
      () => (stub.queue('leveret.unroutable').messages = 3),
      /^unroutable messages: 3 messages in leveret\.unroutable are for domains that no app has announced.*purge the queue only when/,
    ],
    [
      'a former queue that nobody empties',
      () => stub.told.queues.push({ name: 'leveret.lab.quorum-1', messages: 7, consumers: 0 }),
      /^queue types: 7 messages wait in the former queue leveret\.lab\.quorum-1/,
    ],
    [
      'an alarm of memory and a node that is down',
      () => stub.told.nodes.splice(0, 1, { name: 'a', running: true, mem_alarm: true }, { name: 'b', running: false }),
      /^broker alarms: Node a is short of memory.*\nbroker alarms: Node b is down/,
    ],
  ])('finds %s', async (_, plant, expected) => {
    plant();
    expect((await found('mend')).join('\n')).toMatch(expected);
  });

  it('finds nothing wrong with a queue that is paused or whose apps have gone, while nothing waits', async () => {
    stub.queue(WORK).consumers = 0;
    await ledger.database.query(`INSERT INTO queue_settings (queue, paused, version) VALUES ('lab', true, 1)`);
    expect(await found('mend')).toEqual([]);
    await ledger.database.query(`UPDATE queue_settings SET paused = false`);
    await ledger.database.query(`UPDATE domains SET announced_at = now() - interval '1 hour'`);
    expect(await found('mend')).toEqual([]);
    stub.declare(await declaredTopology({ ...subject, management: undefined })); // its queue may be deleted then
    expect(await found('mend')).toEqual([]);
    const jobs = new JobStore(ledger.database, IDLE_DISPATCH);
    await Promise.all([1, 2, 3].map(() => jobs.accept(newJob())));
    expect(await found('mend')).toEqual([expect.stringMatching(/^consumers: 3 jobs of lab wait, and no app/)]);
  });

  it('finds queues that were made before an upgrade to 4.x, until a policy takes their limit away', async () => {
    const link: Subject['link'] = {
      server: { product: 'RabbitMQ', version: '4.0.5' },
      state: 'open',
      failure: undefined,
    };
    stub.declare(await declaredTopology({ ...subject, link, management: undefined }));
    expect(await found('mend', { link })).toEqual([]);
    const older = stub.queue('leveret.ingress');
    older.arguments = { 'x-queue-type': 'quorum' };
    expect(await found('mend', { link })).toEqual([
      expect.stringMatching(
        /^queue arguments: The queue leveret\.ingress was made before RabbitMQ 4.*delivery-limit = -1/,
      ),
    ]);
    older.effective_policy_definition = { 'delivery-limit': -1 };
    expect(await found('mend', { link })).toEqual([]);
    older.effective_policy_definition = { 'delivery-limit': 5 };
    expect(await found('mend', { link })).toContainEqual(expect.stringMatching(/^policies: .* delivery-limit = 5/));
  });

  it('finds apps that work on queues of another type, and says what quorum queues do with priorities', async () => {
    const broker = { ...subject.broker, queueType: 'quorum' as const };
    expect(await found('mend', { broker })).toEqual([
      expect.stringMatching(
        /^queue types: Apps of lab work on classic queues, and QUEUE_TYPE of the gateway is quorum/,
      ),
    ]);
    expect(await found('note', { broker })).toEqual([
      expect.stringMatching(/^priorities: Quorum queues on RabbitMQ 3\.10\.8 know no priorities/),
    ]);
  });

  it.each<[string, Subject['link'], RegExp]>([
    [
      'a broker that cannot be reached, and why',
      { server: undefined, state: 'connecting', failure: { reason: 'connect ECONNREFUSED', lasting: false } },
      /^broker version: There is no connection to the broker: connect ECONNREFUSED\. Start it/,
    ],
    [
      'a broker that is too old',
      { server: { product: 'RabbitMQ', version: '3.8.9' }, state: 'open', failure: undefined },
      /^broker version: The broker is RabbitMQ 3\.8\.9\. Upgrade it/,
    ],
    [
      'a broker that takes no messages',
      { server: { product: 'RabbitMQ', version: '3.10.8' }, state: 'blocked', failure: undefined },
      /^broker alarms: The broker takes no messages/,
    ],
  ])('finds %s', async (_, link, expected) => {
    expect((await found('mend', { link })).join('\n')).toMatch(expected);
  });

  it('finds workers whose clock is off, or who keep files elsewhere', async () => {
    await beat('lab@late', { at: Date.now() - 9_000 });
    await beat('lab@early', { at: Date.now() + 7_000 });
    await beat('lab@apart', { storage: '5e0b8a3c-7d52-4c1e-9f64-1f2f4f0f6a11' });
    expect(await found('mend')).toEqual([
      expect.stringMatching(/^clocks: The clock of lab@early is [67](\.\d)? s ahead of the database's/),
      expect.stringMatching(/^clocks: The clock of lab@late is 9(\.\d)? s behind the database's/),
      expect.stringMatching(/^storage: lab@apart keeps files in another place/),
    ]);
  });

  it('finds a clock of the database that is off, an index that is missing and a step that has not run', async () => {
    const skewed: Subject['ledger'] = {
      joinsLists: true,
      query: async <T extends object>(sql: string, values: readonly unknown[] = []) => {
        const rows = await ledger.database.query<T>(sql, values);
        return sql.startsWith('SELECT extract(epoch FROM clock_timestamp())')
          ? rows.map((row) => ({ ...row, now: Date.now() - 5_000 }))
          : rows;
      },
    };
    expect(await found('mend', { ledger: skewed })).toEqual([
      expect.stringMatching(/^clocks: The clock of the database is (?:5|4\.9) s behind this gateway's/),
    ]);
    await ledger.database.query('DROP INDEX jobs_by_task');
    await ledger.database.query(`UPDATE migrations SET name = '0006-other' WHERE name = '0006-doctor'`);
    const findings = await found('mend');
    await ledger.database.query(`UPDATE migrations SET name = '0006-doctor' WHERE name = '0006-other'`);
    expect(findings).toEqual([
      expect.stringMatching(/^ledger schema: The migration 0006-doctor has not run/),
      expect.stringMatching(/^ledger schema: The index jobs_by_task is missing.*CREATE INDEX jobs_by_task ON jobs \(/),
    ]);
    const [, statement = ''] = /; (CREATE [^;]*);/.exec(findings[1] ?? '') ?? [];
    await ledger.database.query(statement);
    expect(await found('mend')).toEqual([]);
  });

  it('notes a transaction that has been open for long, and no longer when it has ended', async () => {
    const impatient: Subject['ledger'] = {
      joinsLists: true,
      query: <T extends object>(sql: string, values: readonly unknown[] = []) =>
        ledger.database.query<T>(sql, sql.includes('make_interval') ? [0] : values),
    };
    const long = async (): Promise<readonly string[]> =>
      (await found('note', { ledger: impatient })).filter((one) => one.startsWith('long transactions'));
    const backup = new Client({ connectionString: ledger.url, application_name: 'pg_dump' });
    await backup.connect();
    try {
      await backup.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
      await backup.query('SELECT FROM jobs');
      expect(await long()).toEqual([
        expect.stringMatching(/^long transactions: Session \d+ of \w+ \(pg_dump\) has .+ pg_terminate_backend\(\d+\)/),
      ]);
      expect((await found('good')).filter((one) => one.startsWith('long transactions'))).toHaveLength(1);
      await backup.query('COMMIT');
      expect(await long()).toEqual([]);
    } finally {
      await backup.end();
    }
  });

  it('says of which roles it cannot see transactions', async () => {
    await ledger.database.query(`CREATE ROLE viewer LOGIN PASSWORD 'viewer' IN ROLE pg_read_all_data`);
    const url = new URL(ledger.url);
    [url.username, url.password] = ['viewer', 'viewer'];
    const viewing = new Database(url.href);
    const unseen = async (): Promise<readonly string[]> =>
      (await found('unknown', { ledger: viewing })).filter((one) => one.startsWith('long transactions'));
    try {
      expect(await unseen()).toEqual([
        expect.stringMatching(
          /Transactions of the role \w+ are not shown to viewer.+ GRANT pg_read_all_stats TO viewer/,
        ),
      ]);
      await ledger.database.query('GRANT pg_read_all_stats TO viewer');
      expect(await unseen()).toEqual([]);
    } finally {
      await viewing.close();
      await ledger.database.query('DROP ROLE viewer');
    }
  });

  it('says what it cannot see without the management API, or with a user who may not use it', async () => {
    const unseen = await found('unknown', { managementUrl: null });
    expect(unseen.filter((one) => one.includes('Set RABBITMQ_MANAGEMENT_URL'))).toHaveLength(6);
    const wrong = stub.url.replace('//', '//guest:guest@');
    const refused = await found('mend', { managementUrl: wrong });
    expect(refused[0]).toMatch(/^broker alarms: It could not be examined: The management API answered 401 to nodes/);
  });

  it('goes on with the other checks when one cannot be made', async () => {
    const away: Subject['ledger'] = {
      joinsLists: true,
      query: () => Promise.reject(new Error('The database is away.')),
    };
    const findings = await found('mend', { ledger: away });
    expect(findings).toContainEqual(
      expect.stringMatching(/^ledger schema: It could not be examined: The database is away/),
    );
    expect(await found('good', { ledger: away })).toContainEqual(expect.stringMatching(/^policies: /));
  });
});
