import { setTimeout as wait } from 'node:timers/promises';

const LOOK_EVERY_MS = 100;
const PATIENCE_MS = 30_000;

/**
 * Looks again and again until there is something to see, and gives that.
 * @param what is missing while `look` gives undefined, for the message
 * @param seen what there was instead, for the message
 * @throws Error when there is nothing in time, or what `look` throws
 */
export async function eventually<T>(
  what: string,
  look: () => T | undefined | Promise<T | undefined>,
  seen: () => unknown = () => undefined,
  withinMs: number = PATIENCE_MS,
): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > deadline) {
      const instead = await seen();
      const told = instead === undefined ? '' : ` Instead: ${JSON.stringify(instead)}`;
      throw new Error(`After ${withinMs / 1_000} s there is still no ${what}.${told}`);
    }
    await wait(LOOK_EVERY_MS);
  }
}
