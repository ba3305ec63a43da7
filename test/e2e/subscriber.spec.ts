import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type Channel, type ChannelModel, connect } from 'amqplib';
import { type BrokerLink, type Delivery, lookAtQueue, Subscriber } from '#libs/broker';
import { linkTo } from '../support/broker-link.js';
import { eventually } from '../support/eventually.js';
import { SuiteServers } from '../support/suite-servers.js';
import { TcpProxy } from '../support/tcp-proxy.js';

jest.setTimeout(60_000);

const QUEUE = 'inbox';
const LATER = 'later';
/** Class and method in a frame that closes a channel. */
const CHANNEL_CLOSE = Buffer.from([0, 20, 0, 40]);
const MESSAGES = 10;
const RESERVE = 5;
const ONE_BY_ONE = 3;
/** Longer than from one look for room to the next. */
const PAST_LOOKS_MS = 250;
/** Longer than anybody waits for a channel to close. */
const LATER_MS = 3_000;
/** Until a channel whose last answer has come counts as open, and some more. */
const TURNS = 10;

describe('a subscriber', () => {
  let servers: SuiteServers;
  let proxy: TcpProxy;
  let connection: ChannelModel;
  let channel: Channel;
  let link: BrokerLink;
  let subscriber: Subscriber;
  /** The broker hears nothing more of what is sent to it. */
  let isDeaf: boolean;
  /** It will be when a channel is to be closed. */
  let isDeafToClosing: boolean;
  let taken: string[];
  /** How often it has told that deliveries come. */
  let attached: number;

  /** Is done to each new channel. */
  let prepare: (channel: Channel) => void;

  const declare = async (on: Channel): Promise<void> => {
    await on.assertQueue(QUEUE, { durable: true });
    prepare(on);
  };

  beforeEach(async () => {
    servers = await SuiteServers.make({});
    connection = await connect(servers.rabbitmqUrl);
    channel = await connection.createChannel();
    const address = new URL(servers.rabbitmqUrl);
    isDeaf = false;
    isDeafToClosing = false;
    proxy = await TcpProxy.to(Number(address.port), () => (chunk) => {
      isDeaf ||= isDeafToClosing && chunk.includes(CHANNEL_CLOSE);
      return isDeaf ? Buffer.alloc(0) : chunk;
    });
    address.port = String(proxy.port);
    link = linkTo(address.href);
    taken = [];
    attached = 0;
    prepare = () => undefined;
    subscriber = new Subscriber(link, {
      queue: QUEUE,
      prefetch: MESSAGES,
      setup: declare,
      handle: (delivery) => {
        taken.push(delivery.body.toString());
        delivery.ack();
      },
      onAttached: () => {
        attached += 1;
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

  // A quorum queue counts those that are cancelled as long as they have something in hand.
  const types = [
    ['classic', ONE_BY_ONE],
    ['quorum', ONE_BY_ONE + 2],
  ] as const;
  describe.each(types)('with a reserve, on a %s queue', (type, most) => {
    const queue = `${QUEUE}.${type}`;
    const numbers = Array.from({ length: 6 * MESSAGES }, (_, number) => String(number));
    let kept: Delivery[];
    let keeper: Subscriber;

    beforeEach(async () => {
      await channel.assertQueue(queue, { arguments: { 'x-queue-type': type } });
      for (const number of numbers) channel.sendToQueue(queue, Buffer.from(number), { persistent: true });
      kept = [];
      keeper = new Subscriber(link, { queue, prefetch: MESSAGES, handle: (delivery) => void kept.push(delivery) });
      keeper.start();
      await inHand(MESSAGES);
      await keeper.reserve(RESERVE);
      await inHand(MESSAGES + RESERVE);
    });

    afterEach(async () => {
      await Promise.all([keeper.stop(), subscriber.stop()]);
      await link.close();
    });

    /** And no more of them a while later. */
    const inHand = async (count: number): Promise<void> => {
      const look = (): boolean | undefined => keeper.unacknowledged === count || undefined;
      await eventually(`${count} in hand`, look, () => keeper.unacknowledged);
      await wait(PAST_LOOKS_MS);
      expect(keeper.unacknowledged).toBe(count);
    };
    const consumers = async (): Promise<number> => (await channel.checkQueue(queue)).consumerCount;
    const bodies = (): readonly string[] => kept.map(({ body }) => body.toString());
    const settle = (deliveries: readonly Delivery[]): void => {
      for (const delivery of deliveries) delivery.ack();
    };

    it('has it beyond its other deliveries, in the same order', async () => {
      expect(bodies()).toEqual(numbers.slice(0, MESSAGES + RESERVE));
      settle(kept.splice(0));
      await inHand(MESSAGES + RESERVE);
      expect([...bodies()].sort()).toEqual(numbers.slice(MESSAGES + RESERVE, 2 * (MESSAGES + RESERVE)).sort());
    });

    it('has it on a later channel, too', async () => {
      kept = [];
      proxy.reset();
      await eventually('all of them again', () => kept.length === MESSAGES + RESERVE || undefined, bodies);
    });

    it('has no more than its places once it is to have none, whichever of its deliveries last', async () => {
      await keeper.reserve(0);
      expect([keeper.attached, keeper.overfull]).toEqual([true, true]);
      settle(kept.splice(0, RESERVE));
      await inHand(MESSAGES);
      expect([keeper.attached, keeper.overfull]).toEqual([true, false]);
      // One after the other: those that came last, to another consumer among them, last longest.
      for (let left = 0; left < ONE_BY_ONE; left += 1) {
        settle(kept.splice(0, 1));
        await eventually('another', () => kept.length === MESSAGES || undefined, bodies);
      }
      await inHand(MESSAGES);
      expect(await consumers()).toBeLessThanOrEqual(most);
      settle(kept.splice(0));
      await inHand(MESSAGES);
    });

    it('takes as many as become free after a pause, while some are in hand for long', async () => {
      await keeper.pause();
      settle(kept.splice(0, RESERVE));
      await inHand(MESSAGES);
      await keeper.resume();
      await inHand(MESSAGES + RESERVE);
      settle(kept.splice(0, 2));
      await inHand(MESSAGES + RESERVE);
    });
  });

  it('is not kept from a look at a queue by a connection that breaks as the look ends', async () => {
    isDeafToClosing = true;
    const look = lookAtQueue(link, QUEUE);
    await eventually('end of the look', () => isDeaf || undefined);
    isDeaf = false;
    isDeafToClosing = false;
    proxy.reset();
    expect(await look).toEqual({ messages: 0, consumers: 1 });
    await subscriber.stop();
    await link.close();
  });

  it('stops without waiting for a broker that has fallen silent while a channel is made', async () => {
    prepare = () => {
      isDeaf = true;
    };
    proxy.reset();
    await eventually('new channel', () => isDeaf || undefined);
    await subscriber.stop();
    expect(link.state).toBe('open'); // nobody has given the connection up yet
    await link.close();
  });

  it('tells when deliveries come, also when it was told to take them while it had no channel', async () => {
    await subscriber.pause();
    await subscriber.resume();
    expect(attached).toBe(1); // it was there when `resume` had settled
    await subscriber.pause();
    let refusals = 0;
    prepare = () => {
      refusals += 1;
      if (refusals === 1) throw new Error('not yet');
    };
    proxy.reset();
    await eventually('refused channel', () => refusals > 0 || undefined);
    await subscriber.resume();
    await eventually('word of the consumer', () => attached === 2 || undefined);
    expect([subscriber.attached, refusals]).toEqual([true, 2]);
    await subscriber.stop();
    await link.close();
  });

  it('takes deliveries when it is told to at any moment while a new channel is made ready', async () => {
    for (let turns = 0; turns < TURNS; turns += 1) {
      prepare = () => {
        void turnsOf(turns).then(() => subscriber.resume());
      };
      await subscriber.pause();
      proxy.reset();
      await eventually(`consumer, resumed after ${turns} turns`, () => subscriber.attached || undefined);
      channel.sendToQueue(QUEUE, Buffer.from(String(turns)));
      await eventually('the message', () => taken.length === turns + 1 || undefined);
    }
    await subscriber.stop();
    await link.close();
  });
});

/** Of the microtasks. */
async function turnsOf(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await Promise.resolve();
}
