import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { PROJECT } from '../tools/project/app-list.js';

/** A program of the benchmarks in a process of its own, so that what it costs can be told from what it is beside. */
export class ChildProgram<Order extends object, Answer extends object> {
  readonly #child: ChildProcess;
  readonly #ended: Promise<never>;

  /** @param folder where its main file is, below `bench` */
  constructor(folder: string) {
    this.#child = fork(join(PROJECT, 'dist', 'bench', folder, 'main.js'));
    this.#ended = once(this.#child, 'exit').then(([code]) => {
      throw new Error(`The process of ${folder} ended with ${String(code)}.`);
    });
    this.#ended.catch(() => undefined);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  tell(order: Order): void {
    this.#child.send(order);
  }

  /** The next that it says, of those that are wanted. @throws Error when it ends before */
  hear<Wanted extends Answer = Answer>(isWanted?: (answer: Answer) => answer is Wanted): Promise<Wanted> {
    const heard = new Promise<Wanted>((resolve) => {
      const listen = (answer: Answer): void => {
        if (isWanted?.(answer) === false) return;
        this.#child.off('message', listen);
        resolve(answer);
      };
      this.#child.on('message', listen);
    });
    return Promise.race([heard, this.#ended]);
  }

  /** Lets it go, upon which it ends, and waits for that. */
  async stop(): Promise<void> {
    if (this.#child.connected) this.#child.disconnect();
    await this.#ended.catch(() => undefined);
  }
}
