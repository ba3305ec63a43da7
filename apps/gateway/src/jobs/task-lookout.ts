import { setTimeout as delay } from 'node:timers/promises';
import { type TaskStore } from '../ledger/task-store.js';

/** The list of tasks is read at most so often for names that are not in it. */
const LOOK_EVERY_MS = 100;
/** A name that was looked for is not looked for again for so long; the list is read every second in any case. */
const REMEMBERED_MS = 1_000;
const MAX_REMEMBERED = 1_000;

/**
 * Looks again before a task is refused as unknown: another gateway may have learnt of it a moment ago. However many unknown names
 * are asked for, the ledger is asked ten times a second.
 */
export class TaskLookout {
  readonly #tasks: Pick<TaskStore, 'refresh'>;
  readonly #lookedFor = new Map<string, number>();
  #next: Promise<void> | undefined;
  #begunAt = Number.NEGATIVE_INFINITY;

  constructor(tasks: Pick<TaskStore, 'refresh'>) {
    this.#tasks = tasks;
  }

  /**
   * When this resolves, a task that was announced before the call is known, unless its name was looked for just before. Whoever asks for
   * a name while it is being looked for waits as well.
   */
  async look(name: string): Promise<void> {
    if (this.#isRemembered(name)) return;
    this.#next ??= this.#look();
    await this.#next;
    this.#remember(name);
  }

  #isRemembered(name: string): boolean {
    return performance.now() - (this.#lookedFor.get(name) ?? Number.NEGATIVE_INFINITY) < REMEMBERED_MS;
  }

  #remember(name: string): void {
    this.#lookedFor.delete(name);
    const [oldest] = this.#lookedFor.keys();
    if (this.#lookedFor.size >= MAX_REMEMBERED && oldest !== undefined) this.#lookedFor.delete(oldest);
    this.#lookedFor.set(name, performance.now());
  }

  // Who comes while it reads may have come too late for it, and waits for the next.
  async #look(): Promise<void> {
    await delay(this.#begunAt + LOOK_EVERY_MS - performance.now());
    this.#next = undefined;
    this.#begunAt = performance.now();
    await this.#tasks.refresh();
  }
}
