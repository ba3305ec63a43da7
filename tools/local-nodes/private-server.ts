import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Problem } from '../console/problem.js';
import { lastLines } from '../processes/last-lines.js';
import { type ManagedProcess, type ProcessSpec } from '../processes/managed-process.js';
import { RECORD_SUFFIX } from '../processes/recorded-processes.js';
import { type LocalNode } from './local-node.js';

const LOOK_EVERY_MS = 50;

/** What is particular to the servers of one kind. */
export interface ServerTerms {
  /** As people know it. */
  readonly title: string;
  /** What its files are called. */
  readonly name: string;
  readonly startPatienceMs: number;
  /** What it takes for a word to end in order, within so long. */
  readonly stopSignal: NodeJS.Signals;
  readonly stopGraceMs: number;
}

/** A server that is one process with its children, in a folder of its own, on one port of 127.0.0.1. */
export abstract class PrivateServer implements LocalNode {
  /** Takes what it prints, and says which process it is. */
  protected readonly files: Pick<ProcessSpec, 'logFile' | 'recordFile'>;
  /** Kept from the first start on. */
  protected port: number | undefined;
  private server: ManagedProcess | undefined;

  protected constructor(
    private readonly terms: ServerTerms,
    protected readonly folder: string,
  ) {
    const file = join(folder, terms.name);
    this.files = { logFile: `${file}.log`, recordFile: `${file}${RECORD_SUFFIX}` };
  }

  abstract start(): Promise<void>;

  /** Where clients find it when it listens there. */
  protected abstract addressOn(port: number): string;

  /** Whether it takes clients by now. */
  protected abstract accepts(port: number): Promise<boolean>;

  get url(): string {
    return this.addressOn(this.knownPort());
  }

  get pids(): readonly number[] {
    return this.server === undefined ? [] : [this.server.pid];
  }

  get ended(): Promise<string> {
    return this.server?.ended ?? Promise.resolve('never started');
  }

  async stop(): Promise<void> {
    await this.server?.stop(this.terms.stopSignal, this.terms.stopGraceMs);
    this.server = undefined;
  }

  async kill(): Promise<void> {
    if (this.server !== undefined) await this.crash(this.server);
    this.server = undefined;
  }

  protected crash(server: ManagedProcess): Promise<void> {
    return server.kill();
  }

  /** Takes a process as the server, and waits until it accepts clients. @throws Problem when it does not */
  protected async untilItAccepts(server: ManagedProcess): Promise<void> {
    this.server = server;
    const deadline = Date.now() + this.terms.startPatienceMs;
    while (server.isRunning && Date.now() < deadline) {
      if (await this.accepts(this.knownPort())) return;
      await wait(LOOK_EVERY_MS);
    }
    await this.kill();
    throw this.problem(`did not start in ${this.folder}. The end of its log`);
  }

  /** Waits for the program that makes the data folder. @throws Problem when it fails */
  protected async untilItHasMadeData(program: ManagedProcess): Promise<void> {
    const ending = await program.ended;
    if (ending !== 'exit code 0') throw this.problem(`could not make its data folder (${ending})`);
  }

  private knownPort(): number {
    if (this.port !== undefined) return this.port;
    throw new Error(`The address of a private ${this.terms.title} is known after its first start.`);
  }

  private problem(what: string): Problem {
    return new Problem(`${this.terms.title} ${what}:\n${lastLines(this.files.logFile)}`);
  }
}
