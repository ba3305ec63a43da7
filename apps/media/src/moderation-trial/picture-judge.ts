import { tmpdir } from 'node:os';
import { ImagePool } from '../image-pool/image-pool.js';
import { Moderator } from '../moderation/moderator.js';
import { type Scores } from '../moderation/scores.js';
import { Workspaces } from '../workspace/workspaces.js';

/** A picture takes less than a second, the model a few to load. */
const PATIENCE_MS = 60_000;

/** How pictures are judged, for tests. */
export interface PictureJudgeOptions {
  /** @default one of its own */
  readonly pool?: ImagePool;
  /** How long a picture may take. @default 60_000 */
  readonly patienceMs?: number;
}

/** Judges pictures on this machine by the processes that the app has for those of users. */
export class PictureJudge {
  readonly #pool: ImagePool;
  readonly #patienceMs: number;
  readonly #moderator = new Moderator();
  readonly #workspaces = new Workspaces(tmpdir());

  constructor({ pool = new ImagePool(), patienceMs = PATIENCE_MS }: PictureJudgeOptions = {}) {
    this.#pool = pool;
    this.#patienceMs = patienceMs;
  }

  /** @throws ImageProblem when the picture cannot be read, ImageWorkerCrash when a process died of it, TimeoutError when it takes too long */
  async judge(source: string): Promise<Scores> {
    const workspace = await this.#workspaces.open();
    const signal = AbortSignal.timeout(this.#patienceMs);
    try {
      const pixels = workspace.path('pixels');
      await this.#pool.run('look-at-image', { source, pixels }, { signal });
      return await this.#moderator.judge(pixels, signal);
    } finally {
      await workspace.remove();
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.#pool.close(), this.#moderator.onApplicationShutdown()]);
  }
}
