import { type IncomingMessage } from 'node:http';

const MAX_DROPPED_BYTES = 64 * 1024 * 1024;
const MAX_DROPPING_MS = 10_000;

/**
 * Reads the rest of a request's body and drops it, so that a client that is still sending can read the answer: a closed
 * socket would answer its next packet with a reset. After 64 MiB or 10 s the connection ends. Resolves when the answer may be
 * written: at once on a connection that stays open, after the body on one that ends with the answer.
 */
export async function dropUnread(request: IncomingMessage, endsAfterAnswer: boolean): Promise<void> {
  if (request.complete || request.destroyed) return;
  const dropped = new Promise<void>((resolve) => {
    let left = MAX_DROPPED_BYTES;
    const deadline = setTimeout(() => request.destroy(), MAX_DROPPING_MS);
    request.on('data', (chunk: Buffer) => {
      left -= chunk.length;
      if (left < 0) request.destroy();
    });
    request.on('error', () => undefined);
    request.once('close', () => {
      clearTimeout(deadline);
      resolve();
    });
    request.resume();
  });
  if (endsAfterAnswer) await dropped;
}
