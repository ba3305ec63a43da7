import { type Channel } from 'amqplib';
import { type BrokerLink } from './link.js';
import { type Delivery, deliveryOf } from './delivery.js';
import { onOwnChannel } from './own-channel.js';

/**
 * Goes once through what lies in a queue now: messages that are wanted are moved and then acknowledged, the others are
 * held until the end and lie in the queue again when the channel closes.
 * @throws NotConnectedError, and what `move` throws; messages not moved by then stay
 */
export async function takeAll(
  link: BrokerLink,
  queue: string,
  work: {
    setup: (channel: Channel) => Promise<void>;
    wanted: (message: Delivery) => boolean;
    move: (message: Delivery) => Promise<void>;
  },
): Promise<void> {
  await onOwnChannel(link, async (channel, isClosed) => {
    await work.setup(channel);
    const { messageCount } = await channel.checkQueue(queue);
    for (let looked = 0; looked < messageCount; looked += 1) {
      const message = await channel.get(queue);
      if (message === false) break;
      const delivery = deliveryOf(message, () => channel.ack(message), isClosed);
      if (!work.wanted(delivery)) continue;
      await work.move(delivery);
      delivery.ack();
    }
    channel.nackAll(true); // before the channel closes, so that whoever comes next finds them
  });
}
