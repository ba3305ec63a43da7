import { setTimeout as delay } from 'node:timers/promises';

const PATIENCE_MS = 2_000;

/**
 * Closes a channel or a connection, and waits 2 s at most: a broker in alarm or a peer that is gone never answers, and
 * amqplib would wait for ever. Does not throw.
 */
export async function closeSoon(closeable: { close(): Promise<void> } | undefined): Promise<void> {
  if (closeable === undefined) return;
  const answered = new AbortController();
  const closed = Promise.resolve()
    .then(() => closeable.close())
    .catch(() => undefined);
  const late = delay(PATIENCE_MS, undefined, { signal: answered.signal }).catch(() => undefined);
  await Promise.race([closed, late]);
  answered.abort();
}
