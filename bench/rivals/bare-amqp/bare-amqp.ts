import { connect } from 'amqplib';
import { brokerNames } from '#libs/broker';
import { MAX_PRIORITY } from '#libs/contracts';
import { type BenchSuite } from '../../bench-suite.js';
import { inLanes } from '../../lanes.js';
import { type BenchPayload, type QueueSystem } from '../queue-system.js';
import { WorkerProcess } from '../worker-process.js';
import { BARE_QUEUE } from './bare-queue.js';

const CONFIRMS_AWAITED = 500;
const WAY = 'publish with confirms';
/** A work queue of ours has the same. */
const QUEUE = {
  durable: true,
  arguments: {
    ...{ 'x-queue-type': 'classic', 'x-max-priority': MAX_PRIORITY },
    ...{ 'x-dead-letter-exchange': brokerNames('leveret').dead, 'x-dead-letter-routing-key': 'bench.broker' },
  },
};

/** What the broker and its client do without us, as the limit: publish with confirms, consume, acknowledge; nothing is tracked. */
export async function openBareAmqp({ broker }: BenchSuite, concurrency: number): Promise<QueueSystem> {
  const connection = await connect(broker.url, { noDelay: true });
  // The broker may end first, when the benchmarks are interrupted.
  connection.on('error', () => undefined);
  const channel = await connection.createConfirmChannel();
  await channel.assertQueue(BARE_QUEUE, QUEUE);
  const worker = await WorkerProcess.start('bare-amqp', broker.url, concurrency);
  const add = (payload: BenchPayload): Promise<void> =>
    new Promise((resolve, reject) => {
      const body = Buffer.from(JSON.stringify(payload));
      const properties = { persistent: true, messageId: crypto.randomUUID(), contentType: 'application/json' };
      channel.sendToQueue(BARE_QUEUE, body, properties, (error: unknown) => {
        if (error === null || error === undefined) resolve();
        else reject(new Error('The broker refused a message.'));
      });
    });
  return {
    name: 'bare amqplib',
    processes: { caller: [process.pid], worker: [worker.pid], rabbitmq: broker.pids },
    ways: { [WAY]: (payloads) => inLanes(payloads, CONFIRMS_AWAITED, add) },
    bestWays: [WAY],
    add,
    work: (on) => worker.work(on),
    expect: (count) => worker.expect(count),
    stop: async () => {
      await worker.stop();
      await channel.deleteQueue(BARE_QUEUE);
      await connection.close();
    },
  };
}
