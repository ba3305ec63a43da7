import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type Assignment, type ChildMessage } from './child-messages.js';
import { ImageProblem } from './image-problem.js';
import { ImageWorkerCrash } from './image-worker-crash.js';
import { stepBack } from '../step-back.js';

/** Without the app's environment: no secret is in reach of a decoder that a hostile image has taken over. */
const CHILD_ENVIRONMENT = { MALLOC_ARENA_MAX: '2', VIPS_BLOCK_UNTRUSTED: '1' };
const HEAP_MIB = 128;
const MIB = 1024 * 1024;

interface Pending {
  readonly onNews: (news: unknown) => void;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** How a child process is made and ended. */
export interface ChildOptions {
  /** The module that it runs, which calls `serveWorks`. */
  readonly entry: URL;
  /** Resident memory that it may reach, in bytes. */
  readonly memoryLimitBytes: number;
  /** What an assignment fails with that passes the limit. @default ImageProblem `image_too_large` */
  readonly overrun?: (limitMib: number) => Error;
}

/** One child process, seen from the app: it carries out one assignment at a time, until it ends or is killed. */
export class ImageChild {
  /** Resolves when the process is gone. */
  readonly ended: Promise<void>;
  /** What it held in memory when it ended its latest assignment. */
  residentBytes = 0;
  readonly #process: ChildProcess;
  readonly #limitMib: number;
  readonly #overrunAs: (limitMib: number) => Error;
  #pending: Pending | undefined;
  #overrun = false;
  #alive = true;

  constructor({ entry, memoryLimitBytes, overrun = tooLarge }: ChildOptions) {
    this.#limitMib = Math.floor(memoryLimitBytes / MIB);
    this.#overrunAs = overrun;
    this.#process = fork(fileURLToPath(entry), [String(memoryLimitBytes)], {
      env: CHILD_ENVIRONMENT,
      execArgv: [`--max-old-space-size=${String(HEAP_MIB)}`],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    stepBack(this.#process);
    this.ended = new Promise((resolve) => {
      this.#process.once('error', (error) => {
        this.#end(error.message);
        resolve();
      });
      this.#process.once('exit', (code, signal) => {
        this.#end(signal ?? `exit code ${String(code)}`);
        resolve();
      });
    });
    this.#process.on('message', (message: ChildMessage) => {
      this.#hear(message);
    });
  }

  get alive(): boolean {
    return this.#alive;
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /**
   * Has an assignment carried out. It settles after the process is gone when that is what ended it.
   * @throws ImageProblem when the image is at fault, ImageWorkerCrash when the process ended, what `overrun` makes when it
   * took too much memory
   */
  carryOut(assignment: Assignment, onNews: (news: unknown) => void): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#pending = { onNews, resolve, reject };
      // A send that fails has a process behind it that is ending; `exit` settles the assignment.
      this.#process.send(assignment, () => undefined);
    });
  }

  /** Ends the process, whatever it is doing. */
  kill(): Promise<void> {
    this.#process.kill('SIGKILL');
    return this.ended;
  }

  #hear(message: ChildMessage): void {
    switch (message.kind) {
      case 'news':
        this.#pending?.onNews(message.news);
        return;
      case 'overrun':
        this.#overrun = true;
        return;
      case 'done':
        this.residentBytes = message.residentBytes;
        this.#take()?.resolve(message.result);
        return;
      case 'problem':
        this.residentBytes = message.residentBytes;
        this.#take()?.reject(new ImageProblem(message.code, message.message));
        return;
      case 'failed':
        this.residentBytes = message.residentBytes;
        this.#take()?.reject(new Error(message.message));
    }
  }

  #end(how: string): void {
    this.#alive = false;
    this.#take()?.reject(this.#overrun ? this.#overrunAs(this.#limitMib) : new ImageWorkerCrash(how));
  }

  #take(): Pending | undefined {
    const pending = this.#pending;
    this.#pending = undefined;
    return pending;
  }
}

function tooLarge(limitMib: number): ImageProblem {
  return new ImageProblem(
    'image_too_large',
    `Working on the image takes more than ${String(limitMib)} MiB of memory; send a smaller image or ask for smaller variants`,
  );
}
