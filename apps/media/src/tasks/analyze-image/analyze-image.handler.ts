import { Ctx, Payload } from '@nestjs/microservices';
import { type JobContext, Task, TaskController } from '#libs/consumer';
import { ImagePool } from '../../image-pool/image-pool.js';
import { asJobError } from '../../job-error.js';
import { Moderator } from '../../moderation/moderator.js';
import { explicitShare, type Scores } from '../../moderation/scores.js';
import { IMAGE_FILE, ReceivedFiles } from '../../sources/received-files.js';
import { WebFiles } from '../../sources/web-files.js';
import { type Workspace } from '../../workspace/workspace.js';
import { Workspaces } from '../../workspace/workspaces.js';
import { AnalyzeImagePayload, NoModeration, USUAL_THRESHOLD } from './analyze-image.payload.js';
import { type ImageFacts } from './look-at-image.js';

/** What the model makes of a picture. */
export interface Moderation {
  readonly flagged: boolean;
  /** The score from which on it is flagged. */
  readonly threshold: number;
  readonly scores: Scores;
}

/** What a `media.analyze-image` job results in. */
export interface AnalyzeImageResult extends ImageFacts {
  /** null: it was not wanted. */
  readonly moderation: Moderation | null;
}

/** `media.analyze-image`: looks into an image. */
@TaskController('media')
export class AnalyzeImageHandler {
  constructor(
    private readonly pool: ImagePool,
    private readonly workspaces: Workspaces,
    private readonly web: WebFiles,
    private readonly moderator: Moderator,
  ) {}

  @Task('analyze-image', {
    payload: AnalyzeImagePayload,
    description:
      'Looks into an image: size, format, dominant colours, a placeholder, a hash for duplicates, and whether it is fit for everyone.',
    example: {
      source: { key: 'default/01970000-0000-7000-8000-000000000000' },
      moderation: { threshold: USUAL_THRESHOLD },
    },
  })
  async analyzeImage(@Payload() payload: AnalyzeImagePayload, @Ctx() job: JobContext): Promise<AnalyzeImageResult> {
    const workspace = await this.workspaces.open();
    try {
      return await this.#analyze(payload, job, workspace);
    } catch (error) {
      throw asJobError(error);
    } finally {
      await workspace.remove();
    }
  }

  async #analyze(
    { source: from, moderation = {} }: AnalyzeImagePayload,
    job: JobContext,
    workspace: Workspace,
  ): Promise<AnalyzeImageResult> {
    const { signal } = job;
    const source = await new ReceivedFiles(job, workspace, this.web).receive(from, IMAGE_FILE);
    if (moderation instanceof NoModeration) {
      return { ...(await this.pool.run('look-at-image', { source }, { signal })), moderation: null };
    }
    const pixels = workspace.path('pixels');
    const facts = await this.pool.run('look-at-image', { source, pixels }, { signal });
    await job.progress(50, 'measured');
    const scores = await this.moderator.judge(pixels, signal);
    const { threshold = USUAL_THRESHOLD } = moderation;
    return { ...facts, moderation: { flagged: explicitShare(scores) >= threshold, threshold, scores } };
  }
}
