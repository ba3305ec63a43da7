import { type OnApplicationShutdown } from '@nestjs/common';
import { type ChildOptions, ImageChild } from './image-child.js';
import { type Work, type Works } from './works.js';

type News<F extends Work> = Parameters<F> extends [unknown, (news: infer N) => void] ? N : never;

/** How the pool's child processes are made and ended. */
export interface ChildPoolOptions extends ChildOptions {
  /** How long a child is kept that has nothing to do. @default for ever */
  readonly idleMs?: number;
}

/** What a work is given beside its input. */
export interface WorkOptions<News> {
  /** Kills the child that is at work. */
  readonly signal: AbortSignal;
  /** Hears of works that tell how they get on. */
  readonly onNews?: (news: News) => void;
}

/**
 * Decodes and draws in child processes, so that a hostile image costs one attempt and not the app. There are as many
 * children as works under way at once, which the app's concurrency bounds; they are used again.
 */
export class ChildPool<W extends Works> implements OnApplicationShutdown {
  readonly #options: ChildPoolOptions;
  readonly #children = new Set<ImageChild>();
  readonly #idle: ImageChild[] = [];
  #leaving: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: ChildPoolOptions) {
    this.#options = options;
  }

  /** The process ids of the children that live now. */
  get pids(): readonly number[] {
    return [...this.#children].flatMap(({ pid }) => (pid === undefined ? [] : [pid]));
  }

  /**
   * Has a work done in a child of its own.
   * @throws ImageProblem when the image is at fault, what `overrun` makes when the memory limit was passed, ImageWorkerCrash
   * when the child died, the signal's reason when it aborted; in the last three cases the child is gone by then
   */
  async run<K extends keyof W & string>(
    work: K,
    input: Parameters<W[K]>[0],
    options: WorkOptions<News<W[K]>>,
  ): Promise<Awaited<ReturnType<W[K]>>> {
    const { signal, onNews } = options;
    signal.throwIfAborted();
    const child = this.#takeChild();
    const stop = (): void => void child.kill();
    signal.addEventListener('abort', stop, { once: true });
    try {
      const result = await child.carryOut({ work, input }, (news) => {
        onNews?.(news as News<W[K]>);
      });
      return result as Awaited<ReturnType<W[K]>>;
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    } finally {
      signal.removeEventListener('abort', stop);
      await this.#giveBack(child);
    }
  }

  /** Ends every child, also those at work. Nothing runs after it. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#leaving);
    await Promise.all([...this.#children].map((child) => child.kill()));
  }

  onApplicationShutdown(): Promise<void> {
    return this.close();
  }

  #takeChild(): ImageChild {
    if (this.#closed) throw new Error('The pool of child processes is closed: the app is ending');
    for (let child = this.#idle.pop(); child !== undefined; child = this.#idle.pop()) {
      if (child.alive) return child;
    }
    const child = new ImageChild(this.#options);
    this.#children.add(child);
    void child.ended.then(() => this.#children.delete(child));
    return child;
  }

  /** A child that keeps half of its limit at rest would be killed for an innocent image: it makes way for a new one. */
  async #giveBack(child: ImageChild): Promise<void> {
    if (!child.alive) return;
    if (this.#closed || child.residentBytes > this.#options.memoryLimitBytes / 2) await child.kill();
    else this.#rest(child);
  }

  #rest(child: ImageChild): void {
    this.#idle.push(child);
    const { idleMs } = this.#options;
    if (idleMs === undefined) return;
    clearTimeout(this.#leaving);
    this.#leaving = setTimeout(() => {
      for (const unused of this.#idle.splice(0)) void unused.kill();
    }, idleMs).unref();
  }
}
