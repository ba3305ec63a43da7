import { ChildProgram } from '../child-program.js';
import { type Lateness } from './queue-system.js';
import { type Answer, type Order } from './workplace.js';

/** A rival's worker in a process of its own, as an app of Leveret is. */
export class WorkerProcess {
  readonly #program: ChildProgram<Order, Answer>;

  private constructor(rival: string) {
    this.#program = new ChildProgram(`rivals/${rival}`);
  }

  /** Starts one that rests at first. */
  static async start(rival: string, url: string, concurrency: number): Promise<WorkerProcess> {
    const worker = new WorkerProcess(rival);
    await worker.#order({ kind: 'open', url, concurrency });
    return worker;
  }

  get pid(): number {
    return this.#program.pid;
  }

  work(on: boolean): Promise<void> {
    return this.#order({ kind: 'work', on });
  }

  async expect(count: number): Promise<() => Promise<Lateness>> {
    await this.#order({ kind: 'expect', count });
    const ended = this.#program.hear((answer) => answer.kind === 'ended').then(({ lateness }) => lateness);
    ended.catch(() => undefined);
    return () => ended;
  }

  stop(): Promise<void> {
    return this.#program.stop();
  }

  async #order(order: Order): Promise<void> {
    const done = this.#program.hear((answer) => answer.kind === 'done');
    this.#program.tell(order);
    await done;
  }
}
