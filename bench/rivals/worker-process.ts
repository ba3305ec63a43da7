import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { PROJECT } from '../../tools/start/app-list.js';
import { type Lateness } from './queue-system.js';
import { type Answer, type Order } from './workplace.js';

/** A rival's worker in a process of its own, as an app of Leveret is. */
export class WorkerProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<never>;

  private constructor(rival: string) {
    this.#child = fork(join(PROJECT, 'dist', 'bench', 'rivals', rival, 'main.js'));
    this.#ended = once(this.#child, 'exit').then(([code]) => {
      throw new Error(`The worker of ${rival} ended with ${String(code)}.`);
    });
    this.#ended.catch(() => undefined);
  }

  /** Starts one that rests at first. */
  static async start(rival: string, url: string, concurrency: number): Promise<WorkerProcess> {
    const worker = new WorkerProcess(rival);
    await worker.#order({ kind: 'open', url, concurrency });
    return worker;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  work(on: boolean): Promise<void> {
    return this.#order({ kind: 'work', on });
  }

  async expect(count: number): Promise<() => Promise<Lateness>> {
    await this.#order({ kind: 'expect', count });
    const ended = this.#hear('ended').then(({ lateness }) => lateness);
    ended.catch(() => undefined);
    return () => ended;
  }

  async stop(): Promise<void> {
    this.#child.disconnect();
    await this.#ended.catch(() => undefined);
  }

  async #order(order: Order): Promise<void> {
    const done = this.#hear('done');
    this.#child.send(order);
    await done;
  }

  #hear<Kind extends Answer['kind']>(kind: Kind): Promise<Extract<Answer, { kind: Kind }>> {
    const heard = new Promise<Extract<Answer, { kind: Kind }>>((resolve) => {
      const listen = (message: Answer): void => {
        if (message.kind !== kind) return;
        this.#child.off('message', listen);
        resolve(message as Extract<Answer, { kind: Kind }>);
      };
      this.#child.on('message', listen);
    });
    return Promise.race([heard, this.#ended]);
  }
}
