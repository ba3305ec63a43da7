import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

const LARGEST_BYTES = 10 * 1_024 * 1_024;

/** The log of one app: what is older than the last 10 MiB moves to `<name>.1`, what is older than that goes. */
export class LogFile {
  private size: number;

  constructor(readonly path: string) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    this.size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  }

  write(line: string): void {
    if (this.size > LARGEST_BYTES) {
      renameSync(this.path, `${this.path}.1`);
      this.size = 0;
    }
    const text = `${line}\n`;
    appendFileSync(this.path, text, { mode: 0o600 });
    this.size += Buffer.byteLength(text);
  }
}
