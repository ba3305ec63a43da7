import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { signalGroup } from './process-group.js';
import { recordedProcess, signalProcess } from './process-record.js';

/** Files that hold the record of a process end with this. */
export const RECORD_SUFFIX = '.process.json';

/** Kills every recorded process below a folder, with its group, at once and without waiting. */
export function killRecorded(folder: string): void {
  for (const pid of recordedBelow(folder)) signalGroup(pid, 'SIGKILL');
}

/** Has every recorded process below a folder take no more jobs, and end when it has none. */
export function retireRecorded(folder: string): void {
  for (const pid of recordedBelow(folder)) signalProcess(pid, 'SIGUSR2');
}

function* recordedBelow(folder: string): Generator<number> {
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith(RECORD_SUFFIX)) continue;
    const pid = recordedProcess(join(folder, name));
    if (pid !== undefined) yield pid;
  }
}
