import { type OnApplicationShutdown } from '@nestjs/common';
import { ImageChild } from './image-child.js';
import { type ImageWorks } from './image-works.js';

type Input<K extends keyof ImageWorks> = Parameters<ImageWorks[K]>[0];
type News<K extends keyof ImageWorks> = Parameters<Parameters<ImageWorks[K]>[1]>[0];
type Result<K extends keyof ImageWorks> = Awaited<ReturnType<ImageWorks[K]>>;

/** How the pool's child processes are made. */
export interface ImagePoolOptions {
  /** The module that a child runs. @default the one beside this file */
  readonly entry?: URL;
  /** Resident memory that a child may reach, in bytes. @default 1_073_741_824 */
  readonly memoryLimitBytes?: number;
}

/** What a work is given beside its input. */
export interface WorkOptions<News> {
  /** Kills the child that is at work. */
  readonly signal: AbortSignal;
  readonly onNews: (news: News) => void;
}

/**
 * Decodes and draws in child processes, so that a hostile image costs one attempt and not the app. There are as many
 * children as works under way at once, which the app's concurrency bounds; they are used again.
 */
export class ImagePool implements OnApplicationShutdown {
  readonly #entry: URL;
  readonly #memoryLimitBytes: number;
  readonly #children = new Set<ImageChild>();
  readonly #idle: ImageChild[] = [];
  #closed = false;

  constructor({ entry, memoryLimitBytes }: ImagePoolOptions = {}) {
    this.#entry = entry ?? new URL('./child-main.js', import.meta.url);
    this.#memoryLimitBytes = memoryLimitBytes ?? 1024 ** 3;
  }

  /** The process ids of the children that live now. */
  get pids(): readonly number[] {
    return [...this.#children].flatMap(({ pid }) => (pid === undefined ? [] : [pid]));
  }

  /**
   * Has a work done in a child of its own.
   * @throws ImageProblem when the image is at fault (also when the memory limit was passed), ImageWorkerCrash when the
   * child died, the signal's reason when it aborted; in the last two cases the child is gone by then
   */
  async run<K extends keyof ImageWorks>(work: K, input: Input<K>, options: WorkOptions<News<K>>): Promise<Result<K>> {
    const { signal, onNews } = options;
    signal.throwIfAborted();
    const child = this.#takeChild();
    const stop = (): void => void child.kill();
    signal.addEventListener('abort', stop, { once: true });
    try {
      const result = await child.carryOut({ work, input }, (news) => {
        onNews(news as News<K>);
      });
      return result as Result<K>;
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
    await Promise.all([...this.#children].map((child) => child.kill()));
  }

  onApplicationShutdown(): Promise<void> {
    return this.close();
  }

  #takeChild(): ImageChild {
    if (this.#closed) throw new Error('The image pool is closed: the app is ending');
    for (let child = this.#idle.pop(); child !== undefined; child = this.#idle.pop()) {
      if (child.alive) return child;
    }
    const child = new ImageChild(this.#entry, this.#memoryLimitBytes);
    this.#children.add(child);
    void child.ended.then(() => this.#children.delete(child));
    return child;
  }

  /** A child that keeps half of its limit at rest would be killed for an innocent image: it makes way for a new one. */
  async #giveBack(child: ImageChild): Promise<void> {
    if (!child.alive) return;
    if (this.#closed || child.residentBytes > this.#memoryLimitBytes / 2) await child.kill();
    else this.#idle.push(child);
  }
}
