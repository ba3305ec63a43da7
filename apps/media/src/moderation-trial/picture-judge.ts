import { tmpdir } from 'node:os';
import { ImagePool } from '../image-pool/image-pool.js';
import { Moderator } from '../moderation/moderator.js';
import { type Scores } from '../moderation/scores.js';
import { Workspaces } from '../workspace/workspaces.js';

/** Judges pictures on this machine by the processes that the app has for those of users. */
export class PictureJudge {
  readonly #pool = new ImagePool();
  readonly #moderator = new Moderator();
  readonly #workspaces = new Workspaces(tmpdir());

  /** @throws ImageProblem when the picture cannot be read */
  async judge(source: string): Promise<Scores> {
    const workspace = await this.#workspaces.open();
    const { signal } = new AbortController();
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
