import { connect } from 'amqplib';
import { brokerNames, workQueueAddress } from '#libs/broker';
import { type BenchSuite } from '../bench-suite.js';
import { makeDatabase } from '../databases.js';
import { type Effort } from '../effort.js';
import { enterBatches, flow, PLAIN } from '../flow.js';
import { type Question, type Row, rowsOf, type Sample } from '../question.js';
import { useDatabase } from './full-database.js';

const QUEUE = 'lab';
/** Limits are lifted, and the window decides where one tenant's jobs wait. */
const PLACES = { 'in the broker': 'none', 'in the ledger': 'auto' } as const;

/** What jobs that come notice of those that wait: as many are entered and completed beside a backlog that stays as large. */
export const backlog: Question = {
  title: 'Growth: backlog of one tenant, jobs by batches',
  ...{ unit: 'jobs/s', better: 'more' },
  ask: async (suite, effort) => {
    const rows: Row[] = [];
    for (const [place, window] of Object.entries(PLACES)) {
      const { url } = await makeDatabase(suite, `backlog_${window}`);
      const settings = { TENANT_WINDOW: window, OUTBOX_MAX_ROWS: '100000000' };
      await useDatabase(suite, { url, settleMs: effort.settleMs, settings });
      const samples = await growing(suite, { place, ledgerUrl: url, effort });
      await purge(suite);
      rows.push(...rowsOf(samples, [...samples.keys()].slice(0, 1)));
    }
    await suite.restart('gateway');
    return rows;
  },
};

interface Growth {
  readonly place: string;
  readonly ledgerUrl: string;
  readonly effort: Effort;
}

/** A backlog is not filled anew for each run, so its runs come one after the other. */
async function growing(
  suite: BenchSuite,
  { place, ledgerUrl, effort: { backlogs, jobs, runs } }: Growth,
): Promise<ReadonlyMap<string, readonly Sample[]>> {
  const samples = new Map<string, readonly Sample[]>();
  let waiting = 0;
  for (const size of [0, ...backlogs]) {
    await suite.leveret.queues.pause(QUEUE);
    await enterBatches(suite, { ...PLAIN, jobs: size - waiting });
    waiting = size;
    const figures: Sample[] = [];
    for (let run = 0; run < runs; run += 1) {
      await suite.leveret.queues.resume(QUEUE);
      figures.push(await flow(suite, { ...PLAIN, jobs, ledgerUrl }));
      await suite.leveret.queues.pause(QUEUE);
    }
    samples.set(size === 0 ? `nothing waits ${place}` : `${size.toLocaleString('en')} ${place}`, figures);
  }
  return samples;
}

/** Takes what is left out of the broker, whose next ledger will not know of it. */
async function purge({ broker, leveret }: BenchSuite): Promise<void> {
  const connection = await connect(broker.url);
  const channel = await connection.createChannel();
  await channel.purgeQueue(brokerNames('leveret').workQueue(workQueueAddress(QUEUE, 'classic')));
  await connection.close();
  await leveret.queues.resume(QUEUE);
}
