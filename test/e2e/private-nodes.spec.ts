import { afterAll, describe, expect, it } from '@jest/globals';
import { type ConfirmChannel, connect } from 'amqplib';
import pg from 'pg';
import { identify } from '../../tools/processes/process-identity.js';
import { type LocalNode } from '../../tools/local-nodes/local-node.js';
import { privateBroker, privateDatabase } from '../support/private-servers.js';

const START_PATIENCE_MS = 120_000;

describe('a private node', () => {
  const nodes: LocalNode[] = [];

  afterAll(async () => {
    await Promise.all(nodes.map((node) => node.kill()));
  }, START_PATIENCE_MS);

  it(
    'keeps confirmed messages of a killed broker, at the same address, and leaves no process behind',
    async () => {
      const broker = await privateBroker();
      nodes.push(broker);
      const { url } = broker;
      await withChannel(url, (channel) => channel.assertQueue('kept', { durable: true }));
      // A queue that is declared moments before a crash may be lost: the broker writes definitions to disk with a delay.
      await broker.stop();
      await broker.start();
      const { pids } = broker;
      await withChannel(url, async (channel) => {
        channel.sendToQueue('kept', Buffer.from('hello'), { persistent: true });
        await channel.waitForConfirms();
      });

      await broker.kill();
      expect(pids.map(identify)).toEqual([undefined]);

      await broker.start();
      expect(broker.url).toBe(url);
      const message = await withChannel(url, (channel) => channel.get('kept', { noAck: true }));
      expect(message).toMatchObject({ content: Buffer.from('hello') });
    },
    START_PATIENCE_MS,
  );

  it(
    'keeps the committed rows of a killed database, at the same address, and leaves no process behind',
    async () => {
      const database = await privateDatabase();
      nodes.push(database);
      const { url, pids } = database;
      await query(url, "create table kept as select 'hello' as word");

      await database.kill();
      expect(pids.map(identify)).toEqual([undefined]);

      await database.start();
      expect(database.url).toBe(url);
      expect(await query(url, 'select word from kept')).toEqual([{ word: 'hello' }]);
    },
    START_PATIENCE_MS,
  );
});

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  const { rows } = await client.query<Record<string, unknown>>(text);
  await client.end();
  return rows;
}

async function withChannel<T>(url: string, work: (channel: ConfirmChannel) => PromiseLike<T>): Promise<T> {
  const connection = await connect(url);
  try {
    return await work(await connection.createConfirmChannel());
  } finally {
    await connection.close();
  }
}
