import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

const OWNER_ONLY = 0o600;

/** Writes a file that only its owner can read; a reader sees the old content or the new, never a part. */
export function writePrivateFile(path: string, content: string): void {
  mkdirSync(dirname(path), { recursive: true });
  const draft = `${path}.${process.pid}.new`;
  writeFileSync(draft, content, { mode: OWNER_ONLY });
  renameSync(draft, path);
}

/** What was kept under `path` at an earlier start; made and kept when there is nothing that can be read. */
export function kept<T>(path: string, make: () => T): T {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as T;
  } catch {
    const made = make();
    writePrivateFile(path, JSON.stringify(made));
    return made;
  }
}
