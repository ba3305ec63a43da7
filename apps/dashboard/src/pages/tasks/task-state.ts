import { type Task } from '#libs/sdk';

/** How a task stands, in a word. */
export function taskState({ available, workers }: Task): string {
  if (!available) return 'gone';
  return workers > 0 ? 'available' : 'no workers';
}
