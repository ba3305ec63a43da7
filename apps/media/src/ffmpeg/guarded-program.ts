import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { type Readable } from 'node:stream';
import { stepBack } from '../step-back.js';

const KIB = 1024;
/** What `ulimit -f` counts in. */
const BLOCK_BYTES = 512;
const MOST_STDERR = 16 * KIB;

/** Address space that a program may take, in bytes: more than any video within the limits needs. */
export const MOST_MEMORY = 2 * KIB ** 3;
/** Bytes that a program may write to one file. */
export const MOST_WRITTEN = 2 * KIB ** 3;

/**
 * A shell becomes the program, within limits of the system. Beside it stands a watch in the same process group: it reads
 * a pipe that the app never writes to, whose end comes when the app has died in whatever way, and then takes the whole
 * group along.
 */
const GUARD = [
  `ulimit -c 0; ulimit -v ${String(MOST_MEMORY / KIB)}; ulimit -f ${String(MOST_WRITTEN / BLOCK_BYTES)}`,
  '{ read -r _ <&3; kill -KILL 0; } >/dev/null 2>&1 &',
  'exec "$@" </dev/null 3<&-',
].join('\n');
/** What a shell exits with when it cannot find what it is to become. */
const NOT_FOUND = 127;
/** What it exits with when that is there and cannot be run. */
export const NOT_EXECUTABLE = 126;

/** What is run. */
export interface ProgramRun {
  readonly program: string;
  readonly args: readonly string[];
  /** The folder it runs in; relative names in the arguments are files of it. */
  readonly folder: string;
  /** Kills the whole process group. */
  readonly signal: AbortSignal;
  /** Hears each line that the program writes to its standard output. */
  readonly onLine: (line: string) => void;
}

/** How a program ended. */
export type ProgramEnd =
  | { readonly kind: 'done' }
  | { readonly kind: 'missing' }
  | { readonly kind: 'failed'; readonly code: number; readonly stderr: string }
  | { readonly kind: 'killed'; readonly by: NodeJS.Signals };

/**
 * Runs a program that works on files of strangers: in a process group of its own, which never outlives the app, in
 * bounded memory, with nothing of the app's environment but the way to programs.
 * @returns when no process of the group is left
 * @throws the signal's reason when it aborted
 */
export async function runGuarded({ program, args, folder, signal, onLine }: ProgramRun): Promise<ProgramEnd> {
  signal.throwIfAborted();
  const child = spawn('/bin/sh', ['-c', GUARD, 'sh', program, ...args], {
    cwd: folder,
    detached: true,
    // eslint-disable-next-line no-restricted-properties -- no setting of the app: where the system has its programs
    env: { PATH: process.env['PATH'], LC_ALL: 'C', MALLOC_ARENA_MAX: '2' },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const killGroup = (): void => {
    kill(child);
  };
  signal.addEventListener('abort', killGroup, { once: true });
  child.once('exit', killGroup);
  stepBack(child);
  const stderr = tailOf(child.stderr as Readable);
  createInterface({ input: child.stdout as Readable }).on('line', onLine);
  try {
    const [code, by] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
    signal.throwIfAborted();
    return endOf(code, by, stderr());
  } finally {
    signal.removeEventListener('abort', killGroup);
  }
}

function endOf(code: number | null, by: NodeJS.Signals | null, stderr: string): ProgramEnd {
  if (by !== null) return { kind: 'killed', by };
  if (code === 0) return { kind: 'done' };
  return code === NOT_FOUND ? { kind: 'missing' } : { kind: 'failed', code: code ?? -1, stderr };
}

/** The watch is a member of the group until this kills it, so the group's id is no other's. */
function kill({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The group is gone already.
  }
}

function tailOf(stream: Readable): () => string {
  let text = '';
  stream.setEncoding('utf8').on('data', (chunk: string) => {
    text = (text + chunk).slice(-MOST_STDERR);
  });
  return () => text;
}
