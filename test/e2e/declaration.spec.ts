import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type Channel, type ChannelModel, connect } from 'amqplib';
import { type BrokerLink, declaresOnce, Subscriber, type Topology, TopologyError } from '#libs/broker';
import { PROJECT } from '../../tools/project/app-list.js';
import { eventually } from '../support/eventually.js';
import { linkTo } from '../support/broker-link.js';
import { SuiteServers } from '../support/suite-servers.js';
import { TcpProxy } from '../support/tcp-proxy.js';

jest.setTimeout(60_000);

const NAMES = ['first', 'second', 'third'];
const LIMIT = 'x-delivery-limit';
const queue = (name: string, own: Record<string, number> = {}): Topology['queues'][number] => ({
  name,
  arguments: { 'x-queue-type': 'quorum', ...own },
});
const WANTED: Topology = { exchanges: [], queues: NAMES.map((name) => queue(name, { [LIMIT]: 7 })), bindings: [] };

describe('the declaration of a topology', () => {
  let servers: SuiteServers;
  let connection: ChannelModel;
  let channel: Channel;
  let link: BrokerLink;
  let failures: unknown[];
  let subscriber: Subscriber;

  const make = async ({ name, arguments: own }: Topology['queues'][number]): Promise<void> => {
    await channel.assertQueue(name, { arguments: own });
  };

  beforeEach(async () => {
    servers = await SuiteServers.make({});
    connection = await connect(servers.rabbitmqUrl);
    channel = await connection.createChannel();
    link = linkTo(servers.rabbitmqUrl);
    const declare = declaresOnce({ queueType: 'classic', topology: 'declare' }, () => WANTED);
    failures = [];
    subscriber = new Subscriber(link, {
      queue: 'third',
      prefetch: 1,
      setup: (on) =>
        declare(on).catch((error: unknown) => {
          failures.push(error);
          throw error;
        }),
      handle: (delivery) => {
        delivery.ack();
      },
    });
  });

  afterEach(async () => {
    await subscriber.stop();
    await link.close();
    await connection.close();
    await servers.discard();
  });

  it('takes quorum queues as they are that have no limit of deliveries, because they are older than their broker', async () => {
    await make(queue('first'));
    await make(queue('third'));
    link.open();
    subscriber.start();
    await eventually('consumer', () => subscriber.attached || undefined);
    expect(failures.filter((error) => error instanceof TopologyError)).toEqual([]);
    expect(failures).toHaveLength(2);
    await make(queue('second', { [LIMIT]: 7 }));
  });

  it('does not take a queue that has another limit', async () => {
    await make(queue('second', { [LIMIT]: 5 }));
    link.open();
    subscriber.start();
    await eventually('refusal', () => failures.some((error) => error instanceof TopologyError) || undefined);
    expect(subscriber.attached).toBe(false);
  });

  it('is made again by npm run topology when the connection breaks in the middle of it', async () => {
    const address = new URL(servers.rabbitmqUrl);
    let connections = 0;
    const proxy = await TcpProxy.to(Number(address.port), () => {
      const isFirst = (connections += 1) === 1;
      return (chunk) => {
        if (!isFirst || !chunk.includes('leveret.')) return chunk;
        proxy.reset();
        return Buffer.alloc(0);
      };
    });
    address.port = String(proxy.port);
    try {
      const program = join(PROJECT, 'dist', 'apps', 'gateway', 'src', 'topology', 'main.js');
      const env = { PATH: process.env['PATH'], RABBITMQ_URL: address.href };
      const { stdout } = await promisify(execFile)(process.execPath, [program, 'lab'], { env });
      expect(stdout).toMatch(/^Declared: /);
      expect(connections).toBe(2);
    } finally {
      await proxy.close();
    }
  });
});
