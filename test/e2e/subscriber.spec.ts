import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type Channel, type ChannelModel, connect } from 'amqplib';
import { BrokerLink, Subscriber } from '#libs/broker';
import { createTelemetry } from '#libs/observability';
import { eventually } from '../support/eventually.js';
import { SuiteServers } from '../support/suite-servers.js';
import { TcpProxy } from '../support/tcp-proxy.js';

jest.setTimeout(60_000);

const QUEUE = 'inbox';
const LATER = 'later';
const MESSAGES = 10;
/** Longer than anybody waits for a channel to close. */
const LATER_MS = 3_000;

describe('a subscriber', () => {
  let servers: SuiteServers;
  let proxy: TcpProxy;
  let connection: ChannelModel;
  let channel: Channel;
  let link: BrokerLink;
  let subscriber: Subscriber;
  let isDeaf: boolean;
  let taken: string[];

  const declare = async (on: Channel): Promise<void> => {
    await on.assertQueue(QUEUE, { durable: true });
  };

  beforeEach(async () => {
    servers = await SuiteServers.make({});
    connection = await connect(servers.rabbitmqUrl);
    channel = await connection.createChannel();
    const address = new URL(servers.rabbitmqUrl);
    isDeaf = false;
    proxy = await TcpProxy.to(Number(address.port), () => (chunk) => (isDeaf ? Buffer.alloc(0) : chunk));
    address.port = String(proxy.port);
    const config = {
      urls: [address.href],
      ca: null,
      prefix: 'leveret',
      queueType: 'classic',
      topology: 'declare',
      ackTimeoutMs: 1_800_000,
    } as const;
    link = new BrokerLink(config, 'test', createTelemetry({ service: 'test', level: 'silent' }));
    taken = [];
    subscriber = new Subscriber(link, {
      queue: QUEUE,
      prefetch: MESSAGES,
      setup: declare,
      handle: (delivery) => {
        taken.push(delivery.body.toString());
        delivery.ack();
      },
    });
    link.open();
    subscriber.start();
    await eventually('consumer', () => subscriber.attached || undefined);
  });

  afterEach(async () => {
    await connection.close();
    await proxy.close();
    await servers.discard();
  });

  it('takes deliveries on one channel alone after its queue is deleted and its connection breaks at once', async () => {
    isDeaf = true;
    await channel.deleteQueue(QUEUE);
    await eventually('word that the queue is gone', () => !subscriber.attached || undefined);
    isDeaf = false;
    proxy.reset();
    await eventually('consumer', () => subscriber.attached || undefined);

    await channel.assertQueue(LATER, { deadLetterExchange: '', deadLetterRoutingKey: QUEUE, messageTtl: LATER_MS });
    for (let n = 0; n < MESSAGES; n += 1) channel.sendToQueue(LATER, Buffer.from(String(n)));
    await eventually('the messages', () => taken.length === MESSAGES || undefined);
    await subscriber.stop();
    await link.close();
    // What a forgotten channel holds comes back to the queue when its connection ends.
    expect(await channel.checkQueue(QUEUE)).toMatchObject({ messageCount: 0 });
  });
});
