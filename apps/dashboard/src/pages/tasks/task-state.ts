import { type Task } from '#libs/sdk';

/** How a task stands, in a word. A gateway of an earlier version says nothing of workers. */
export function taskState({ available, workers }: Task): string {
  if (!available) return 'gone';
  return workers === 0 ? 'no workers' : 'available';
}
