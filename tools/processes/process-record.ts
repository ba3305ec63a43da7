import { readFileSync, rmSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { writePrivateFile } from './private-file.js';
import { identify } from './process-identity.js';
import { signalGroup } from './process-group.js';

const LOOK_EVERY_MS = 50;

interface ProcessRecord {
  readonly pid: number;
  readonly startedAt: string;
  /** A part of the command line that only this process has. */
  readonly mark: string;
}

/** Writes down which process was started, so that a later launcher can end it when this one is killed. */
export function recordProcess(file: string, pid: number, mark: string): void {
  const identity = identify(pid);
  if (identity !== undefined) writePrivateFile(file, JSON.stringify({ pid, startedAt: identity.startedAt, mark }));
}

export function forgetProcess(file: string): void {
  rmSync(file, { force: true });
}

/** The number of the recorded process if it still runs and is the one that was recorded. */
export function recordedProcess(file: string): number | undefined {
  const record = readRecord(file);
  if (record === undefined) return undefined;
  const identity = identify(record.pid);
  const same = identity?.startedAt === record.startedAt && identity.command.includes(record.mark);
  return same ? record.pid : undefined;
}

/** Ends what a killed launcher left behind, and nothing else; true when there was something. */
export async function endLeftover(file: string, signal: NodeJS.Signals, graceMs: number): Promise<boolean> {
  const pid = recordedProcess(file);
  if (pid !== undefined) await endProcess(pid, signal, graceMs);
  forgetProcess(file);
  return pid !== undefined;
}

/** Asks a process to end, and kills it with its group when it has not after `graceMs`. */
export async function endProcess(pid: number, signal: NodeJS.Signals, graceMs: number): Promise<void> {
  const deadline = Date.now() + graceMs;
  signalProcess(pid, signal);
  while (identify(pid) !== undefined && Date.now() < deadline) await wait(LOOK_EVERY_MS);
  signalGroup(pid, 'SIGKILL');
  while (identify(pid) !== undefined) await wait(LOOK_EVERY_MS);
}

/** Sends a signal to a process alone; nothing when it has ended. */
export function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended by itself.
  }
}

function readRecord(file: string): ProcessRecord | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as ProcessRecord;
  } catch {
    return undefined;
  }
}
