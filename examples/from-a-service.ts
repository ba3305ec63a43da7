// A service that gives Leveret work through the broker, without HTTP: one job, and one event.
//   npm start                                  in one terminal; it prints the broker's address, and builds this file
//   RABBITMQ_URL=amqp://… node dist/examples/from-a-service.js     in another
//   RABBITMQ_URL=amqp://… node dist/examples/from-a-service.js email.send '{"to":"a@example.org", …}' order.placed '{"n":1}'
import { randomUUID } from 'node:crypto';
import { type ConfirmChannel, connect, type Options } from 'amqplib';

const MAIL = { to: 'customer@example.org', subject: 'Your order', text: 'It is on its way.' };

const [task = 'email.send', payload = JSON.stringify(MAIL), type = 'order.placed', data = '{"order":4711}'] =
  process.argv.slice(2);

const connection = await connect(process.env['RABBITMQ_URL'] ?? 'amqp://127.0.0.1:5672');
try {
  const channel = await connection.createConfirmChannel();

  // A UUID is the job's id: whoever is not sure that a message has arrived sends it again, and there is one job all the same.
  const job = randomUUID();
  await publish(channel, 'leveret.jobs', task, {
    json: payload,
    messageId: job,
    priority: 6,
    headers: { 'x-max-attempts': 3, 'x-metadata': JSON.stringify({ sentBy: 'an example' }) },
  });
  console.log(`job ${job}`);

  // An event starts the jobs of all triggers that want it, each once for its id. If none does, it goes nowhere.
  const event = randomUUID();
  await publish(channel, 'leveret.events', type, { json: data, messageId: event, mandatory: false });
  console.log(`event ${event}`);
} finally {
  await connection.close();
}

/**
 * Resolves when the broker has written the message to disk. A message that no queue takes comes back, because it is mandatory: the
 * suite was never started on this broker, or has another EXCHANGE_PREFIX.
 */
async function publish(
  channel: ConfirmChannel,
  exchange: string,
  routingKey: string,
  { json, ...options }: Options.Publish & { json: string },
): Promise<void> {
  const returned: object[] = [];
  const onReturn = (message: object): void => void returned.push(message);
  channel.once('return', onReturn);
  channel.publish(exchange, routingKey, Buffer.from(json), {
    persistent: true,
    mandatory: true,
    contentType: 'application/json',
    ...options,
  });
  await channel.waitForConfirms(); // a return comes before its confirm
  channel.off('return', onReturn);
  if (returned.length > 0) throw new Error(`No queue takes ${routingKey} from ${exchange}.`);
}
