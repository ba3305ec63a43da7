import { type Channel } from 'amqplib';
import { closeSoon } from './closing.js';
import { NotConnectedError } from './errors.js';
import { type BrokerLink } from './link.js';

/**
 * Does something on a channel of its own: what the broker refuses closes that channel and no other.
 * @param work gets the channel, and whether the broker has closed it
 * @throws NotConnectedError, the broker's refusal, and what `work` throws
 */
export async function onOwnChannel<R>(
  link: BrokerLink,
  work: (channel: Channel, isClosed: () => boolean) => Promise<R>,
): Promise<R> {
  if (link.state !== 'open') throw new NotConnectedError();
  const connection = await link.connection();
  if (connection === undefined) throw new NotConnectedError();
  const channel = await connection.createChannel();
  let refusal: Error | undefined;
  channel.on('error', (error) => (refusal = error));
  try {
    return await work(channel, () => refusal !== undefined);
  } catch (error) {
    throw refusal ?? error;
  } finally {
    await closeSoon(channel);
  }
}

/** Whether the broker refused something with this AMQP reply code. */
export function isRefusal(error: unknown, code: 403 | 404 | 405 | 406): error is Error {
  return error instanceof Error && 'code' in error && error.code === code;
}
