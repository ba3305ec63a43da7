import { type Writable } from 'node:stream';
import { corkEachTurn } from '#libs/batching';
import { type ChannelModel } from 'amqplib';

/**
 * amqplib writes each message by itself, twice when it is longer than 2 kB. It keeps its socket to itself, so where a version of it
 * has none under this name, nothing changes.
 */
export function corkSocket(model: ChannelModel): void {
  const { stream } = model.connection as { stream?: Writable };
  if (stream !== undefined) corkEachTurn(stream);
}
