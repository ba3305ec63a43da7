// A consumer of one queue by amqplib alone: it acknowledges, and nobody knows of the job any more.
import { connect } from 'amqplib';
import { type BenchPayload } from '../queue-system.js';
import { serve } from '../workplace.js';
import { BARE_QUEUE } from './bare-queue.js';

serve(async (url, concurrency, tally) => {
  const connection = await connect(url, { noDelay: true });
  const channel = await connection.createChannel();
  await channel.prefetch(concurrency);
  const take = async (): Promise<string> => {
    const { consumerTag } = await channel.consume(BARE_QUEUE, (message) => {
      if (message === null) return;
      const payload = JSON.parse(message.content.toString()) as BenchPayload;
      tally.started(payload);
      channel.ack(message);
      tally.ended(payload);
    });
    return consumerTag;
  };
  let tag: string | undefined;
  return {
    work: async (on) => {
      if (on) tag ??= await take();
      else if (tag !== undefined) {
        await channel.cancel(tag);
        tag = undefined;
      }
    },
  };
});
