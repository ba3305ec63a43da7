import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { type Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { forgetProcess, recordProcess } from './process-record.js';
import { nodeArguments } from './node-arguments.js';
import { groupMembers, signalGroup } from './process-group.js';

const CHILDREN_GRACE_MS = 1_000;
const LOOK_EVERY_MS = 50;

export interface AppSpec {
  /** The built entry file. */
  readonly main: string;
  /** Flags for Node besides those of its start script. @default none */
  readonly flags?: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly recordFile: string;
  /** Gets every line that the app prints. */
  readonly onLine: (line: string) => void;
}

/** One process of the gateway or of a consumer app, in a group of its own. */
export class AppProcess {
  readonly pid: number;
  /** The address that the app tells when it is ready; undefined when it ends before. */
  readonly ready: Promise<string | undefined>;
  /** How the process ended, in words; tells it when its children have ended too. */
  readonly ended: Promise<string>;
  /** Children that had not ended by themselves a second after the process, and were killed. */
  leftBehind: readonly number[] = [];
  private running = true;
  private readonly child: ChildProcess;

  constructor(spec: AppSpec) {
    const child = spawn(process.execPath, [...(spec.flags ?? []), ...nodeArguments(spec.main)], {
      env: spec.env,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.child = child;
    this.pid = child.pid ?? 0;
    recordProcess(spec.recordFile, this.pid, spec.main);
    for (const stream of [child.stdout, child.stderr]) forwardLines(stream, spec.onLine);
    this.ended = new Promise((resolve) => {
      const finish = (how: string): void => {
        this.running = false;
        forgetProcess(spec.recordFile);
        void this.collectChildren().then(() => {
          resolve(how);
        });
      };
      child.once('error', (error) => {
        finish(error.message);
      });
      child.once('exit', (code, signal) => {
        finish(signal === null ? `exit code ${code ?? 'unknown'}` : `signal ${signal}`);
      });
    });
    this.ready = Promise.race([readyAddress(child), this.ended.then(() => undefined)]);
  }

  get isRunning(): boolean {
    return this.running;
  }

  /** Tells it to drain and waits; what has not ended after `graceMs` is killed. */
  async stop(graceMs: number): Promise<void> {
    if (this.running) this.child.kill('SIGTERM');
    const impatience = setTimeout(() => {
      this.killNow();
    }, graceMs);
    await this.ended;
    clearTimeout(impatience);
  }

  /** Tells it to end when its jobs have ended, and waits for as long as that takes. */
  async retire(): Promise<void> {
    if (this.running) this.child.kill('SIGUSR2');
    await this.ended;
  }

  async kill(): Promise<void> {
    this.killNow();
    await this.ended;
  }

  /** Kills the process alone, as a crash would; its children must notice. */
  async crash(): Promise<void> {
    if (this.running) this.child.kill('SIGKILL');
    await this.ended;
  }

  /** Kills the process and its children, without waiting. */
  killNow(): void {
    if (this.running) signalGroup(this.pid, 'SIGKILL');
  }

  private async collectChildren(): Promise<void> {
    const deadline = Date.now() + CHILDREN_GRACE_MS;
    this.leftBehind = await groupMembers(this.pid);
    while (this.leftBehind.length > 0 && Date.now() < deadline) {
      await wait(LOOK_EVERY_MS);
      this.leftBehind = await groupMembers(this.pid);
    }
    signalGroup(this.pid, 'SIGKILL');
  }
}

function forwardLines(stream: Readable | null, onLine: (line: string) => void): void {
  if (stream !== null) createInterface({ input: stream }).on('line', onLine);
}

function readyAddress(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.on('message', (message) => {
      const { type, url, healthUrl } = message as { type?: unknown; url?: unknown; healthUrl?: unknown };
      const address = url ?? healthUrl;
      if (type === 'ready' && typeof address === 'string') resolve(address);
    });
  });
}
