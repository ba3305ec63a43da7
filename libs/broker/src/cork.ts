import { type Writable } from 'node:stream';
import { type ChannelModel } from 'amqplib';

/**
 * Lets everything that is written to a connection in one turn of the event loop leave in one system call. amqplib writes
 * each message by itself, twice when it is longer than 2 kB; it keeps its socket to itself, so where a version of it has
 * none under this name, nothing changes.
 */
export function corkEachTurn(model: ChannelModel): void {
  const { stream } = model.connection as { stream?: Writable };
  if (stream === undefined) return;
  const write = stream.write.bind(stream) as (...args: unknown[]) => boolean;
  let corked = false;
  stream.write = (...args: unknown[]): boolean => {
    if (!corked) {
      corked = true;
      stream.cork();
      setImmediate(() => {
        corked = false;
        stream.uncork();
      });
    }
    return write(...args);
  };
}
