import { type BenchSuite } from '../../bench-suite.js';
import { Publisher } from '../../publisher.js';
import { workQueueOptions } from '../../work-queue.js';
import { type BenchPayload, type QueueSystem } from '../queue-system.js';
import { WorkerProcess } from '../worker-process.js';
import { BARE_QUEUE } from './bare-queue.js';

/** It has every queue under its own name. */
const DEFAULT_EXCHANGE = '';

/** What the broker and its client do without us, as the limit: publish with confirms, consume, acknowledge; nothing is tracked. */
export async function openBareAmqp({ broker }: BenchSuite, concurrency: number): Promise<QueueSystem> {
  const publisher = await Publisher.open(broker.url);
  await publisher.channel.assertQueue(BARE_QUEUE, workQueueOptions('classic'));
  const worker = await WorkerProcess.start('bare-amqp', broker.url, concurrency);
  const add = (payload: BenchPayload): Promise<void> =>
    publisher.publish(DEFAULT_EXCHANGE, BARE_QUEUE, payload, { messageId: crypto.randomUUID() });
  return {
    name: 'bare amqplib',
    processes: { caller: [process.pid], worker: [worker.pid], rabbitmq: broker.pids },
    ways: { 'publish with confirms': (payloads) => publisher.all(payloads, add) },
    add,
    allThere: () => Promise.resolve(),
    work: (on) => worker.work(on),
    expect: (count) => worker.expect(count),
    stop: async () => {
      await worker.stop();
      await publisher.channel.deleteQueue(BARE_QUEUE);
      await publisher.close();
    },
  };
}
