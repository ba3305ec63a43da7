import { connect } from 'amqplib';
import { brokerNames, workQueueAddress } from '#libs/broker';
import { callManagement } from '../../tools/local-nodes/management-api.js';
import { inDatabase } from '../bench-shop.js';
import { type BenchSuite } from '../bench-suite.js';
import { renewDatabase } from '../databases.js';
import { type Effort } from '../effort.js';
import { enterBatches, flow, PLAIN } from '../flow.js';
import { type Question, roundRobin, type Row, rowsOf, type Sample } from '../question.js';
import { useDatabase } from './full-database.js';

const QUEUE = 'lab';

/** Where one tenant's jobs wait, and how. */
interface Place {
  readonly window: 'none' | 'auto';
  /** How RabbitMQ stores its queues; 4 knows nothing but 2, 3.10 does 1 unless it is told. */
  readonly queueVersion?: 2;
}

/** Limits are lifted, and the window decides. */
const PLACES: Readonly<Record<string, Place>> = {
  'in the broker': { window: 'none' },
  'in the broker, stored as by RabbitMQ 4': { window: 'none', queueVersion: 2 },
  'in the ledger': { window: 'auto' },
};

/** What jobs that come notice of those that wait: as many are entered and completed beside a backlog that stays as large. */
export const backlog: Question = {
  title: 'Growth: backlog of one tenant, jobs by batches',
  ...{ unit: 'jobs/s', better: 'more' },
  ask: async (suite, effort) => {
    const sizes = [0, ...effort.backlogs];
    const contenders = Object.entries(PLACES).map(
      ([name, place]) => [name, () => inPlace(suite, place, { sizes, effort })] as const,
    );
    const rounds = await roundRobin(Object.fromEntries(contenders), effort.runs);
    await suite.restart('gateway');
    return [...rounds].flatMap(([place, runs]) => rowsFor(place, sizes, runs));
  },
};

interface Growth {
  readonly sizes: readonly number[];
  readonly effort: Effort;
}

async function inPlace(suite: BenchSuite, { window, queueVersion }: Place, growth: Growth): Promise<readonly Sample[]> {
  const ledgerUrl = await renewDatabase(suite, `backlog_${window}${queueVersion ?? ''}`);
  const settings = { TENANT_WINDOW: window, OUTBOX_MAX_ROWS: '100000000' };
  await useDatabase(suite, { url: ledgerUrl, settleMs: growth.effort.settleMs, settings });
  if (queueVersion === undefined) return growing(suite, ledgerUrl, growth);
  await policy(suite, 'PUT', { pattern: '.', definition: { 'queue-version': queueVersion }, 'apply-to': 'queues' });
  try {
    return await growing(suite, ledgerUrl, growth);
  } finally {
    await policy(suite, 'DELETE');
  }
}

async function policy({ broker }: BenchSuite, method: 'PUT' | 'DELETE', wanted?: object): Promise<void> {
  const { status } = await callManagement(broker, method, '/api/policies/%2F/backlog', wanted);
  if (status >= 300) throw new Error(`RabbitMQ answered ${status} when a policy for its queues was set.`);
}

/** What one backlog that grows, in a ledger of its own, leaves of the rate at each of its sizes. */
async function growing(suite: BenchSuite, ledgerUrl: string, { sizes, effort }: Growth): Promise<readonly Sample[]> {
  await flow(suite, { ...PLAIN, jobs: effort.warmUpJobs, ledgerUrl });
  const samples: Sample[] = [];
  let waiting = 0;
  for (const size of sizes) {
    await suite.leveret.queues.pause(QUEUE);
    await enterBatches(suite, { ...PLAIN, jobs: size - waiting });
    waiting = size;
    // As the server does by itself a while after so many rows have come, on cores that the jobs would miss.
    await inDatabase(ledgerUrl, (client) => client.query('VACUUM ANALYZE'));
    await suite.leveret.queues.resume(QUEUE);
    samples.push(await flow(suite, { ...PLAIN, jobs: effort.jobs, ledgerUrl }));
  }
  await suite.leveret.queues.pause(QUEUE);
  await purge(suite);
  return samples;
}

/** Each size is compared with no backlog in the same place. */
function rowsFor(place: string, sizes: readonly number[], rounds: readonly (readonly Sample[])[]): readonly Row[] {
  const nameOf = (size: number): string =>
    size === 0 ? `nothing waits ${place}` : `${size.toLocaleString('en')} ${place}`;
  const samples = sizes.map((size, at) => [nameOf(size), rounds.flatMap((round) => round.slice(at, at + 1))] as const);
  return rowsOf(new Map(samples), [nameOf(0)]);
}

/** Takes what is left out of the broker, whose next ledger will not know of it. */
async function purge({ broker, leveret }: BenchSuite): Promise<void> {
  const connection = await connect(broker.url);
  const channel = await connection.createChannel();
  await channel.purgeQueue(brokerNames('leveret').workQueue(workQueueAddress(QUEUE, 'classic')));
  await connection.close();
  await leveret.queues.resume(QUEUE);
}
