import { setTimeout as delay } from 'node:timers/promises';
import { type Channel } from 'amqplib';
import { type BrokerLink } from './link.js';
import { isRefusal, onOwnChannel } from './own-channel.js';

const TRY_EVERY_MS = 500;
/** What the one before has given back lies in its queue again by then. */
const SETTLE_MS = 250;
const LOCKED = 405;

/**
 * Does something that one process at a time may do on a broker; whoever comes meanwhile waits. The lock is an exclusive
 * queue: it ends with the connection of its holder, whatever becomes of that.
 * @param lock the name of the queue
 * @throws NotConnectedError, and what `work` throws
 */
export async function oneAtATime(link: BrokerLink, lock: string, work: () => Promise<void>): Promise<void> {
  for (let waited = false; ; waited = true) {
    const done = await onOwnChannel(link, async (channel) => {
      if (!(await taken(channel, lock))) return false;
      try {
        if (waited) await delay(SETTLE_MS);
        await work();
      } finally {
        await channel.deleteQueue(lock).catch(() => undefined);
      }
      return true;
    });
    if (done) return;
    await delay(TRY_EVERY_MS);
  }
}

async function taken(channel: Channel, lock: string): Promise<boolean> {
  try {
    await channel.assertQueue(lock, { exclusive: true, durable: false, arguments: { 'x-queue-type': 'classic' } });
    return true;
  } catch (error) {
    if (isRefusal(error, LOCKED)) return false;
    throw error;
  }
}
