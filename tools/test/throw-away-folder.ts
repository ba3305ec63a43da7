import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { recordedProcess, recordProcess } from '../processes/process-record.js';
import { killRecorded } from '../processes/recorded-processes.js';

const PREFIX = 'leveret-test-';
const OWNER = 'owner.json';

/** A folder for one run of the tests: what is started below it ends with the run, or, when that is killed, with the next. */
export class ThrowAwayFolder {
  readonly path: string;
  private readonly end = (): void => {
    killRecorded(this.path);
  };

  constructor() {
    sweep();
    this.path = mkdtempSync(join(tmpdir(), PREFIX));
    recordProcess(join(this.path, OWNER), process.pid, '');
    process.once('exit', this.end);
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => {
        process.exit(1);
      });
    }
  }

  remove(): void {
    process.off('exit', this.end);
    killRecorded(this.path);
    rmSync(this.path, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Ends and removes what runs that were killed have left. */
function sweep(): void {
  for (const name of readdirSync(tmpdir())) {
    const folder = join(tmpdir(), name);
    const stale =
      name.startsWith(PREFIX) && existsSync(join(folder, OWNER)) && recordedProcess(join(folder, OWNER)) === undefined;
    if (!stale) continue;
    killRecorded(folder);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
