import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { signalGroup } from './process-group.js';
import { recordedProcess } from './process-record.js';

/** Files that hold the record of a process end with this. */
export const RECORD_SUFFIX = '.process.json';

/** Kills every recorded process below a folder, with its group, at once and without waiting. */
export function killRecorded(folder: string): void {
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith(RECORD_SUFFIX)) continue;
    const pid = recordedProcess(join(folder, name));
    if (pid !== undefined) signalGroup(pid, 'SIGKILL');
  }
}
