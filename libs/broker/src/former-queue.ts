import { setTimeout as delay } from 'node:timers/promises';
import { type QueueAddress } from '#libs/contracts';
import { type Channel } from 'amqplib';
import { type BrokerLink } from './link.js';
import { brokerNames } from './names.js';
import { isRefusal, onOwnChannel } from './own-channel.js';
import { workBindings } from './suite-topology.js';
import { type Topology } from './topology.js';

const NOT_FOUND = 404;
const PRECONDITION_FAILED = 406;
/** What was on its way through a binding has arrived by then. */
const SETTLE_MS = 1_000;

/** What the broker says of a queue; messages in somebody's hands are not counted. */
export interface QueueLook {
  readonly messages: number;
  readonly consumers: number;
}

/**
 * Looks at a queue without making it; undefined when there is none.
 * @throws NotConnectedError, or what else keeps the broker from answering
 */
export async function lookAtQueue(link: BrokerLink, queue: string): Promise<QueueLook | undefined> {
  try {
    const { messageCount, consumerCount } = await onOwnChannel(link, (channel) => channel.checkQueue(queue));
    return { messages: messageCount, consumers: consumerCount };
  } catch (error) {
    if (isRefusal(error, NOT_FOUND)) return undefined;
    throw error;
  }
}

/**
 * Deletes a work queue that is empty and that nobody consumes; false when it is not, and stays. A message sent to it from
 * then on comes back to its sender. Messages in the hands of somebody who does not consume just then are not seen by the broker:
 * whoever calls this has waited for them. An app whose places are all taken for longer goes on with its runs, makes the queue again,
 * and has what it had taken beside them sent again.
 *
 * A classic queue is deleted on that condition, in one step. For a quorum queue the broker has no such condition (it closes
 * the connection when it is asked), so the queue loses its bindings first, and is looked at when nothing can come any more.
 * @throws NotConnectedError, or what else keeps the broker from answering
 */
export async function deleteFormerQueue(link: BrokerLink, prefix: string, address: QueueAddress): Promise<boolean> {
  const queue = brokerNames(prefix).workQueue(address);
  try {
    return await onOwnChannel(link, async (channel) => {
      if (address.type === 'classic') {
        await channel.deleteQueue(queue, { ifUnused: true, ifEmpty: true });
        return true;
      }
      return deleteUnconditionally(channel, queue, workBindings(prefix, address));
    });
  } catch (error) {
    if (isRefusal(error, PRECONDITION_FAILED)) return false;
    if (isRefusal(error, NOT_FOUND)) return true;
    throw error;
  }
}

async function deleteUnconditionally(
  channel: Channel,
  queue: string,
  bindings: Topology['bindings'],
): Promise<boolean> {
  for (const { from, pattern } of bindings) await channel.unbindQueue(queue, from, pattern);
  await delay(SETTLE_MS);
  const { messageCount, consumerCount } = await channel.checkQueue(queue);
  if (messageCount === 0 && consumerCount === 0) {
    await channel.deleteQueue(queue);
    return true;
  }
  for (const { from, pattern } of bindings) await channel.bindQueue(queue, from, pattern);
  return false;
}
