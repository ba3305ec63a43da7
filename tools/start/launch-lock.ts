import { linkSync, renameSync, rmSync } from 'node:fs';
import { errorCode, Problem } from '../console/problem.js';
import { recordedProcess, recordProcess } from '../processes/process-record.js';

/** Holds a data folder for one launcher. */
export class LaunchLock {
  private constructor(private readonly file: string) {}

  /** @throws Problem naming the launcher that has the folder. */
  static take(file: string): LaunchLock {
    const own = `${file}.${process.pid}`;
    recordProcess(own, process.pid, '');
    try {
      while (!linked(own, file)) {
        const holder = recordedProcess(file);
        if (holder !== undefined) throw new Problem(inUse(holder));
        removeStale(file);
      }
      return new LaunchLock(file);
    } finally {
      rmSync(own, { force: true });
    }
  }

  release(): void {
    if (recordedProcess(this.file) === process.pid) rmSync(this.file, { force: true });
  }
}

/** Makes the lock with its content in one step. */
function linked(own: string, file: string): boolean {
  try {
    linkSync(own, file);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Two launchers may find the same stale lock; the one that is late must not take the other's new one away. */
function removeStale(file: string): void {
  const aside = `${file}.stale.${process.pid}`;
  try {
    renameSync(file, aside);
    if (recordedProcess(aside) !== undefined) linked(aside, file);
    rmSync(aside, { force: true });
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
}

function inUse(holder: number): string {
  return (
    `Leveret already runs on this data folder, as process ${holder}. Stop it first (Ctrl-C in its terminal, or: kill ${holder}), ` +
    'or choose another folder with --data.'
  );
}
