import { type OnApplicationShutdown } from '@nestjs/common';
import { Turns } from '#libs/consumer';
import { ChildPool } from '../image-pool/child-pool.js';
import { ImageWorkerCrash } from '../image-pool/image-worker-crash.js';
import { type ModerationWorks } from './moderation-works.js';
import { type Scores } from './scores.js';

/** The model takes about 250 MiB; a process that takes more than this has gone wrong. */
export const MODEL_MEMORY_BYTES = 768 * 1024 ** 2;
const IDLE_MS = 60_000;
/** Loading the model takes a second or two, a picture a tenth of one. */
const PATIENCE_MS = 60_000;

/** How the model is run, for tests. */
export interface ModeratorOptions {
  /** @default the module beside this file */
  readonly entry?: URL;
  /** How long the process is kept that has nothing to do. @default 60_000 */
  readonly idleMs?: number;
  /** @default 768 MiB */
  readonly memoryLimitBytes?: number;
}

/**
 * Judges pictures by a model in a process of its own: it starts with the first picture, looks at one after the other, and
 * ends when there is nothing to look at for a while.
 */
export class Moderator implements OnApplicationShutdown {
  readonly #pool: ChildPool<ModerationWorks>;
  readonly #turns = new Turns(1);

  constructor({ entry, idleMs = IDLE_MS, memoryLimitBytes = MODEL_MEMORY_BYTES }: ModeratorOptions = {}) {
    const module = entry ?? new URL('./model-main.js', import.meta.url);
    this.#pool = new ChildPool({ entry: module, memoryLimitBytes, idleMs, overrun });
  }

  /** The process of the model, if it runs. */
  get pids(): readonly number[] {
    return this.#pool.pids;
  }

  /**
   * @param file as `classify` reads it
   * @throws ImageWorkerCrash when the process died or took too much memory, the signal's reason, or a TimeoutError when the model hangs
   */
  judge(file: string, signal: AbortSignal): Promise<Scores> {
    return this.#turns.take(signal, () => {
      const bounded = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]);
      return this.#pool.run('classify', file, { signal: bounded });
    });
  }

  onApplicationShutdown(): Promise<void> {
    return this.#pool.close();
  }
}

/** Every picture is of one size when the model sees it, so that none can be at fault. */
function overrun(limitMib: number): ImageWorkerCrash {
  return new ImageWorkerCrash(`more memory in use than the ${String(limitMib)} MiB that the model may take`);
}
