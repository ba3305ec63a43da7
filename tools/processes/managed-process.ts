import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { errorMessage, Problem } from '../console/problem.js';
import { forgetProcess, recordProcess } from './process-record.js';
import { signalGroup } from './process-group.js';

const LARGEST_LOG_BYTES = 10 * 1_024 * 1_024;

export interface ProcessSpec {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** Takes what the process prints; it goes on when the launcher is gone. */
  readonly logFile: string;
  readonly recordFile: string;
  /** A part of the command line that only this process has. */
  readonly mark: string;
  readonly uid?: number;
  readonly gid?: number;
}

/** A process in a group of its own, so that a Ctrl-C at the terminal reaches the launcher alone. */
export class ManagedProcess {
  /** How the process ended, in words. */
  readonly ended: Promise<string>;
  readonly pid: number;
  private running = true;

  private constructor(
    private readonly child: ChildProcess,
    private readonly spec: ProcessSpec,
  ) {
    this.pid = child.pid ?? 0;
    recordProcess(spec.recordFile, this.pid, spec.mark);
    this.ended = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        this.running = false;
        signalGroup(this.pid, 'SIGKILL');
        forgetProcess(spec.recordFile);
        resolve(signal === null ? `exit code ${code ?? 'unknown'}` : `signal ${signal}`);
      });
    });
  }

  /** @throws Problem when the program cannot be started. */
  static async start(spec: ProcessSpec): Promise<ManagedProcess> {
    const log = openLog(spec.logFile);
    const { uid, gid } = spec;
    const child = spawn(spec.program, spec.args, {
      cwd: spec.cwd,
      env: spec.env,
      detached: true,
      stdio: ['ignore', log, log],
      ...(uid === undefined ? {} : { uid }),
      ...(gid === undefined ? {} : { gid }),
    });
    closeSync(log);
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', (error) => {
        reject(new Problem(`${spec.program} cannot be started: ${errorMessage(error)}`));
      });
    });
    return new ManagedProcess(child, spec);
  }

  get isRunning(): boolean {
    return this.running;
  }

  signal(signal: NodeJS.Signals): void {
    if (this.running) this.child.kill(signal);
  }

  /** Resolves when it has ended; after `graceMs` it is killed with all its children. */
  async stop(signal: NodeJS.Signals, graceMs: number): Promise<void> {
    this.signal(signal);
    const impatience = setTimeout(() => {
      this.killGroup();
    }, graceMs);
    await this.ended;
    clearTimeout(impatience);
  }

  async kill(): Promise<void> {
    this.killGroup();
    await this.ended;
  }

  private killGroup(): void {
    if (this.running) signalGroup(this.pid, 'SIGKILL');
  }
}

function openLog(path: string): number {
  mkdirSync(dirname(path), { recursive: true });
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size > LARGEST_LOG_BYTES) renameSync(path, `${path}.1`);
  return openSync(path, 'a', 0o600);
}
