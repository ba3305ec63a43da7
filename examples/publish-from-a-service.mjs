// A job from a service that speaks AMQP: published to leveret.jobs with nothing but amqplib.
//   npm start                                    in one terminal
//   node examples/publish-from-a-service.mjs     in another
// The routing key is the task and the body its payload. The broker's confirm says that the message is safe, the gateway
// takes it in like a POST; from then on it is a job like any other.
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import amqplib from 'amqplib';
import { setTimeout as wait } from 'node:timers/promises';
import { NotFoundError } from '#libs/sdk'; // in a program of your own: 'leveret-sdk'
import { example, runningSuite, show } from './running-suite.mjs';

const PHOTO = new URL('./assets/photo.jpg', import.meta.url);
const TAKEN_IN_WITHIN_MS = 10_000;

await example(async () => {
  const { leveret, rabbitmqUrl } = await runningSuite();
  const photo = new File([await readFile(PHOTO)], 'photo.jpg', { type: 'image/jpeg' });
  const { key } = await leveret.files.upload(photo);

  const id = randomUUID(); // the job's id: sending the same message again makes no second job
  const payload = { source: { key }, variants: [{ name: 'small', width: 400, format: 'webp' }] };
  await publish(rabbitmqUrl, 'media.process-image', payload, {
    messageId: id,
    priority: 6,
    headers: { 'x-max-attempts': 3, 'x-metadata': JSON.stringify({ orderedBy: 'examples' }) },
  });
  console.log(`published ${id}: the broker has confirmed it`);

  await takenIn(leveret, id);
  for await (const update of leveret.jobs.watch(id, { timeout: '1m' })) show(update);
  const { variants } = await leveret.jobs.result(id);
  console.log(`made ${variants[0].file.url}`);
});

async function publish(rabbitmqUrl, task, payload, properties) {
  const connection = await amqplib.connect(rabbitmqUrl.split(',')[0]);
  try {
    const channel = await connection.createConfirmChannel();
    const body = Buffer.from(JSON.stringify(payload));
    channel.publish('leveret.jobs', task, body, { persistent: true, contentType: 'application/json', ...properties });
    await channel.waitForConfirms();
  } finally {
    await connection.close();
  }
}

/** Until the gateway has read the message there is no such job. */
async function takenIn(leveret, id) {
  const signal = AbortSignal.timeout(TAKEN_IN_WITHIN_MS);
  for (;;) {
    try {
      return await leveret.jobs.get(id, { signal });
    } catch (error) {
      if (!(error instanceof NotFoundError)) throw error;
      await wait(50, undefined, { signal });
    }
  }
}
