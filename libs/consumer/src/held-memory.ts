import { totalmem } from 'node:os';
import { type HeldMemory } from '#libs/contracts';

/** What this process takes of the memory, and what a container or a service manager lets it take. */
export function heldMemory(): HeldMemory {
  const limit = process.constrainedMemory();
  // Without a bound the kernel tells of one beyond anything that there is, or of none.
  const isBound = limit > 0 && limit < totalmem();
  return { rss: process.memoryUsage.rss(), limit: isBound ? limit : null };
}
