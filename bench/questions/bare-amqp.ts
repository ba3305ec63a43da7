import { connect, type ConfirmChannel } from 'amqplib';

const WINDOW = 500;
const PREFETCH = 200;
const QUEUE = 'bench.bare';
const BODY = Buffer.from(JSON.stringify({ ballast: 'x'.repeat(300) }));

/** What the broker and its client do without us: publish with confirms, consume, acknowledge, on one durable queue. */
export async function bareAmqp(url: string, count: number, queueArguments: Record<string, unknown>): Promise<number> {
  const [publishing, consuming] = await Promise.all([connect(url, { noDelay: true }), connect(url, { noDelay: true })]);
  try {
    const out = await publishing.createConfirmChannel();
    const into = await consuming.createChannel();
    await into.assertQueue(QUEUE, { durable: true, arguments: queueArguments });
    await into.prefetch(PREFETCH);
    const began = performance.now();
    const consumed = new Promise<void>((resolve, reject) => {
      let seen = 0;
      const take = into.consume(QUEUE, (message) => {
        if (message === null) return;
        into.ack(message);
        seen += 1;
        if (seen === count) resolve();
      });
      take.catch(reject);
    });
    await Promise.all([publishAll(out, count), consumed]);
    const seconds = (performance.now() - began) / 1_000;
    await into.deleteQueue(QUEUE);
    return count / seconds;
  } finally {
    await Promise.all([publishing.close(), consuming.close()]);
  }
}

async function publishAll(channel: ConfirmChannel, count: number): Promise<void> {
  let sent = 0;
  const next = async (): Promise<void> => {
    while (sent < count) {
      sent += 1;
      const id = String(sent);
      await new Promise<void>((resolve, reject) => {
        channel.sendToQueue(
          QUEUE,
          BODY,
          { persistent: true, messageId: id, contentType: 'application/json' },
          (error) => {
            if (error === null || error === undefined) resolve();
            else reject(new Error('The broker refused a message.'));
          },
        );
      });
    }
  };
  await Promise.all(Array.from({ length: WINDOW }, next));
}
