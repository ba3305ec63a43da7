import { lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';

/** Processes of another machine, or container, are not known here by their numbers. */
const OURS = `leveret-signing-${hostname()}-`;

/** Makes a folder of this process for mails that are being signed, and removes those of processes that were killed. */
export function makeSigningFolder(files: string): string {
  for (const name of readdirSync(files)) if (name.startsWith(OURS)) removeIfLeft(files, name);
  return mkdtempSync(join(files, `${OURS}${process.pid}-`));
}

// Another user's cannot be removed, and what goes meanwhile was removed by another process: neither keeps this one from starting.
function removeIfLeft(files: string, name: string): void {
  const path = join(files, name);
  try {
    if (isLeft(path, Number.parseInt(name.slice(OURS.length), 10))) rmSync(path, { recursive: true, force: true });
  } catch {
    return;
  }
}

/** In a container that is started again the process has the number that the killed one had. */
function isLeft(path: string, pid: number): boolean {
  const startedAt = Date.now() - 1_000 * process.uptime();
  return pid === process.pid ? lstatSync(path).mtimeMs < startedAt : isGone(pid);
}

function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
