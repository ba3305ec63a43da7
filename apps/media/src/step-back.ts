import { type ChildProcess } from 'node:child_process';
import { constants, setPriority } from 'node:os';

/** Puts a process behind the app: its own thread answers the broker, and no work may keep it from the processor. */
export function stepBack({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // The process is gone already, or the system forbids it: it runs at the app's own priority.
  }
}
