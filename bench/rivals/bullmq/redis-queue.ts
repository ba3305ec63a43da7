import { type ConnectionOptions } from 'bullmq';

export const REDIS_QUEUE = 'bench';

/** How BullMQ is told where Redis is. */
export function connectionOf(url: string): ConnectionOptions {
  const { hostname, port, password } = new URL(url);
  return { host: hostname, port: Number(port), password, maxRetriesPerRequest: null };
}
