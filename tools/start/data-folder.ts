import { accessSync, chmodSync, constants, existsSync, mkdirSync, statfsSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { dirname, join } from 'node:path';
import { errorCode, errorMessage, Problem } from '../console/problem.js';
import { kept } from '../processes/private-file.js';
import { RECORD_SUFFIX } from '../processes/recorded-processes.js';

const MIB = 1_024 * 1_024;
const LEAST_FREE_BYTES = 500 * MIB;

const MEANINGS: Readonly<Record<string, string>> = {
  EACCES: 'permission is missing. Change its owner or mode',
  EPERM: 'permission is missing. Change its owner or mode',
  ENOSPC: 'its disk is full. Free some space',
  EDQUOT: 'the disk quota is used up. Free some space',
  EROFS: 'its disk is mounted read-only. Mount it for writing',
  EEXIST: 'a file is in its way. Remove it',
  ENOTDIR: 'a file is in its way. Remove it',
};

/** Secrets that are made once and stay the same over starts. */
export interface Secrets {
  readonly linkSecret: string;
  readonly adminApiKey: string;
}

/** Where the launcher keeps its things, all under one folder. */
export class DataFolder {
  readonly runFile: string;
  readonly lockFile: string;
  readonly broker: string;
  readonly database: string;
  readonly files: string;
  /** What the sample database is opened with. */
  readonly sampleSecret: string;
  private readonly processes: string;

  constructor(readonly path: string) {
    this.runFile = join(path, 'run.json');
    this.lockFile = join(path, 'start.lock');
    this.broker = join(path, 'rabbitmq');
    this.database = join(path, 'postgres');
    this.files = join(path, 'files');
    this.sampleSecret = join(path, 'sample.json');
    this.processes = join(path, 'processes');
  }

  logFile(process: string): string {
    return join(this.path, 'logs', `${process}.log`);
  }

  processFile(process: string): string {
    return join(this.processes, `${process}${RECORD_SUFFIX}`);
  }

  /** @throws Problem when the folder cannot be made or written to, or its disk is nearly full. */
  prepare(): void {
    try {
      makeFolder(this.path);
      accessSync(this.path, constants.R_OK | constants.W_OK | constants.X_OK);
      // The database's account passes through; nothing but its folder is open to it.
      chmodSync(this.path, 0o711);
      for (const folder of [this.files, this.processes]) mkdirSync(folder, { recursive: true, mode: 0o700 });
    } catch (error) {
      throw new Problem(describeFolderError(this.path, error));
    }
    const { bavail, bsize } = statfsSync(this.path);
    if (bavail * bsize >= LEAST_FREE_BYTES) return;
    throw new Problem(
      `The disk with ${this.path} is nearly full: ${toMib(bavail * bsize)} MiB are free, ${toMib(LEAST_FREE_BYTES)} MiB are needed. ` +
        'Free some, or choose another folder with --data.',
    );
  }

  secrets(): Secrets {
    return kept(join(this.path, 'secrets.json'), () => ({
      linkSecret: randomBytes(36).toString('base64url'),
      adminApiKey: `leveret_${randomBytes(24).toString('base64url')}`,
    }));
  }
}

// Not by mkdir's own recursion: where a file system refuses with ENOENT, as /proc does, Node 20 tries for ever.
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  mkdirSync(path);
}

/** What an error of the file system means to the person who gave the folder. */
export function describeFolderError(path: string, error: unknown): string {
  const meaning = MEANINGS[errorCode(error) ?? ''];
  return `The data folder ${path} cannot be used: ${meaning ?? errorMessage(error)}, or choose another folder with --data.`;
}

function toMib(bytes: number): number {
  return Math.floor(bytes / MIB);
}
