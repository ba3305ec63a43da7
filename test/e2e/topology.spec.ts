import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { coreTopology, domainTopology, ingressTopology, merged, sentinelTopology, type Topology } from '#libs/broker';
import { callManagement } from '../../tools/local-nodes/management-api.js';
import { eventually } from '../support/eventually.js';
import { SuiteJobs } from '../support/suite-jobs.js';
import { SuiteMessages } from '../support/suite-messages.js';
import { testEnvironment, workQueueOf } from '../support/test-environment.js';
import { startSuite, type TestSuite } from '../support/test-suite.js';

jest.setTimeout(90_000);

const TASK = 'lab.script';
const QUEUE_TYPE = testEnvironment().queueType;
const WORK_QUEUE = workQueueOf('lab');

interface Exchange {
  readonly name: string;
  readonly type: string;
  readonly durable: boolean;
  readonly arguments: { readonly 'alternate-exchange'?: string };
}

interface Queue {
  readonly name: string;
  readonly durable: boolean;
  readonly arguments: Readonly<Record<string, unknown>>;
  /** Lives as long as its connection: what a gateway hears by, or holds while it does something alone. */
  readonly exclusive?: boolean;
  readonly consumers?: number;
}

interface Binding {
  readonly source: string;
  readonly destination: string;
  readonly destination_type: 'queue' | 'exchange';
  readonly routing_key: string;
}

describe('the broker under a suite', () => {
  let suite: TestSuite;
  let jobs: SuiteJobs;
  let messages: SuiteMessages;

  beforeAll(async () => {
    suite = await startSuite({ apps: ['lab'] });
    jobs = new SuiteJobs(suite);
    messages = await SuiteMessages.open(suite);
  });

  afterAll(async () => {
    await messages.close();
    await suite.stop();
  });

  const sorted = (items: readonly unknown[]): unknown[] =>
    items.toSorted((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1));

  const ordered = ({ exchanges, queues, bindings }: Topology): unknown => ({
    exchanges: sorted(exchanges),
    queues: sorted(
      queues.map(({ name, arguments: own }) => ({
        name,
        arguments: Object.fromEntries(sorted(Object.entries(own)) as [string, unknown][]),
      })),
    ),
    bindings: sorted(bindings),
  });

  /** What the virtual host holds, beside what every virtual host does. */
  async function declared(): Promise<unknown> {
    const [exchanges, allQueues, bindings] = await Promise.all([
      suite.servers.inspect<readonly Exchange[]>('exchanges'),
      suite.servers.inspect<readonly Queue[]>('queues'),
      suite.servers.inspect<readonly Binding[]>('bindings'),
    ]);
    const queues = allQueues.filter(({ exclusive }) => exclusive !== true);
    const ofConnections = new Set(allQueues.filter((queue) => !queues.includes(queue)).map(({ name }) => name));
    expect([...exchanges, ...queues].filter(({ durable }) => !durable)).toEqual([]);
    return ordered({
      exchanges: exchanges.filter(({ name }) => !/^(amq\..*)?$/.test(name)).map(exchangeSpec),
      queues: queues.map(({ name, arguments: own }) => ({ name, arguments: own }) as Topology['queues'][number]),
      bindings: bindings
        .filter(({ source, destination }) => source !== '' && !ofConnections.has(destination))
        .map(bindingSpec),
    });
  }

  function exchangeSpec({ name, type, arguments: own }: Exchange): Topology['exchanges'][number] {
    const alternate = own['alternate-exchange'];
    return { name, type: type as 'topic', ...(alternate === undefined ? {} : { alternate }) };
  }

  function bindingSpec({
    source,
    destination,
    destination_type: kind,
    routing_key: pattern,
  }: Binding): Topology['bindings'][number] {
    return { from: source, to: kind === 'queue' ? { queue: destination } : { exchange: destination }, pattern };
  }

  async function planned(): Promise<unknown> {
    const response = await callManagement(suite.servers.broker, 'GET', '/api/overview');
    const { rabbitmq_version: version } = (await response.json()) as { rabbitmq_version: string };
    const traits = { queueType: QUEUE_TYPE, major: Number.parseInt(version, 10) } as const;
    const parts = [coreTopology('leveret', traits), domainTopology('leveret', 'lab', traits)];
    return ordered(merged(...parts, ingressTopology('leveret', 'lab'), sentinelTopology('leveret')));
  }

  /** The parts of what is declared are read one after another, while queues of connections come and go. */
  async function asPlanned(): Promise<void> {
    const wanted = await planned();
    let difference: unknown;
    const look = async (): Promise<true | undefined> => {
      try {
        expect(await declared()).toEqual(wanted);
        return true;
      } catch (error) {
        difference = error;
        return undefined;
      }
    };
    await eventually('topology as it is planned', look, () => String(difference));
  }

  /** The connections of the gateway and the app, two each; the management API lists one some seconds after it was opened. */
  async function connections(): Promise<readonly string[] | undefined> {
    const listed =
      await suite.servers.inspect<readonly { name: string; client_properties: object }[]>('vhosts/connections');
    const ours = listed.filter(({ client_properties: about }) => 'connection_name' in about);
    return ours.length >= 4 ? ours.map(({ name }) => name) : undefined;
  }

  async function enqueueSome(count: number, payload: object): Promise<readonly string[]> {
    const enqueued = await Promise.all(Array.from({ length: count }, () => jobs.enqueue(TASK, payload)));
    return enqueued.map(({ id }) => id);
  }

  it('holds what the topology says, and nothing else', async () => {
    await asPlanned();
  });

  it('gets nothing new when the suite starts a second time', async () => {
    await Promise.all([suite.restart('gateway'), suite.restart('lab')]);
    const [id = ''] = await enqueueSome(1, { steps: ['ok'] });
    await jobs.completed(id);
    await asPlanned();
  });

  it('gets a deleted work queue back with its consumer, and its jobs run', async () => {
    await messages.deleteQueue(WORK_QUEUE);
    const ids = await enqueueSome(10, { steps: ['ok'] });
    await eventually('consumer of the work queue', async () => {
      const queues = await suite.servers.inspect<readonly Queue[]>('queues');
      return queues.find(({ name, consumers = 0 }) => name === WORK_QUEUE && consumers > 0);
    });
    for (const id of ids) await jobs.completed(id);
    await asPlanned();
  });

  it('holds no queue for an app that is away and whose queue was deleted: its jobs wait in the ledger until it is back', async () => {
    const options = { backoff: { type: 'fixed', delay: '3s', jitter: 0 } };
    const { id: retried } = await jobs.enqueue(TASK, { steps: ['fail', 'ok'] }, options);
    await jobs.until(retried, ({ status }) => status === 'retrying');
    await suite.stopApp('lab');
    await messages.deleteQueue(WORK_QUEUE);
    const ids = await enqueueSome(5, { steps: ['ok'] });
    await jobs.until(retried, ({ status }) => status === 'queued'); // it came out of the ladder, and found no queue
    await eventually('parked jobs', async () => {
      const parked = await suite.servers.query('select 1 from outbox where parked_reason is not null');
      return parked.length === ids.length + 1 ? true : undefined;
    });
    await suite.startApp('lab');
    for (const id of ids) expect(await jobs.completed(id)).toMatchObject({ attempt: 1 });
    expect(await jobs.completed(retried)).toMatchObject({ attempt: 2, result: { attempt: 2, run: 3 } });
  });

  it('loses no job when it closes every connection, and gets its consumers back', async () => {
    const open = await eventually('list of every connection', connections);
    const ids = await enqueueSome(40, { steps: ['hold'], ms: 100 });
    for (const name of open) {
      await callManagement(suite.servers.broker, 'DELETE', `/api/connections/${encodeURIComponent(name)}`);
    }
    const later = await enqueueSome(10, { steps: ['ok'] });
    for (const id of [...ids, ...later]) await jobs.completed(id);
    await asPlanned();
  });

  it('has an app that is not ready while the broker refuses its queue, and is when it gives it', async () => {
    await suite.stopApp('lab');
    await suite.servers.letRead(`^(?!${WORK_QUEUE.replaceAll('.', '\\.')}$).*`);
    const ready = jest.fn();
    const started = suite.startApp('lab').then(ready);
    try {
      await eventually('refusal', () => suite.log('lab').find((line) => /channel\.closed.+ACCESS_REFUSED/.test(line)));
      expect(ready).not.toHaveBeenCalled();
    } finally {
      await suite.servers.letRead('.*');
    }
    await started;
    const [id = ''] = await enqueueSome(1, { steps: ['ok'] });
    await jobs.completed(id);
  });

  it('ends an app at its start, with what is and what was wanted, when a queue of it has other arguments', async () => {
    await messages.declareQueue('leveret.media.dead', { 'x-queue-type': 'classic' });
    const said =
      /queue leveret\.media\.dead exists already with another [\w-]+: the broker has .+, this version wants .+\./;
    await expect(suite.startApp('media')).rejects.toThrow(said);
    await messages.deleteQueue('leveret.media.dead');
  });
});
