import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type ChannelModel, connect } from 'amqplib';
import { type BrokerLink, Publisher } from '#libs/broker';
import { linkTo } from '../support/broker-link.js';
import { eventually } from '../support/eventually.js';
import { SuiteServers } from '../support/suite-servers.js';

jest.setTimeout(60_000);

describe('a publisher', () => {
  let servers: SuiteServers;
  let connection: ChannelModel;
  let link: BrokerLink;
  let publisher: Publisher;
  let queue: string;
  let arrived: unknown[];

  beforeEach(async () => {
    servers = await SuiteServers.make({});
    connection = await connect(servers.rabbitmqUrl);
    const channel = await connection.createChannel();
    ({ queue } = await channel.assertQueue('', { exclusive: true }));
    arrived = [];
    await channel.consume(queue, (message) => message && arrived.push(message.properties.headers), { noAck: true });
    link = linkTo(servers.rabbitmqUrl);
    publisher = new Publisher(link, 'letters');
    link.open();
    publisher.start();
    await publisher.whenReady();
  });

  afterEach(async () => {
    await publisher.stop();
    await link.close();
    await connection.close();
    await servers.discard();
  });

  it('gives each of the messages that leave together its own headers', async () => {
    const headers = [
      { 'x-tenant': 'acme', 'x-run': 1, 'x-death': [{ count: 2, reason: 'expired' }] },
      { 'x-tenant': 'globex', 'x-letter': 'l1' },
      {},
      { 'x-run': 3 },
    ];
    const publish = (of: Record<string, unknown>): Promise<void> =>
      publisher.publish({ exchange: '', routingKey: queue, body: Buffer.of(), properties: { headers: of } });
    await Promise.all(headers.map(publish));
    await eventually('every message', () => (arrived.length === headers.length ? true : undefined));
    expect(arrived).toEqual(headers);
  });
});
