import { Ctx, Payload } from '@nestjs/microservices';
import { type JobContext, Task, TaskController } from '#libs/consumer';
import { ImagePool } from '../../image-pool/image-pool.js';
import { IMAGE_FILE, ReceivedFiles } from '../../sources/received-files.js';
import { WebFiles } from '../../sources/web-files.js';
import { type Workspace } from '../../workspace/workspace.js';
import { Workspaces } from '../../workspace/workspaces.js';
import { asJobError } from '../../job-error.js';
import { ProcessImagePayload } from './process-image.payload.js';
import { variantRequests } from './variant-requests.js';
import { type SavedVariant, VariantSaver } from './variant-saver.js';

/** What a `media.process-image` job results in; the variants in the order they were asked for. */
export interface ProcessImageResult {
  readonly variants: readonly SavedVariant[];
}

/** `media.process-image`: makes variants of an image, each in its size, format and watermark. */
@TaskController('media')
export class ProcessImageHandler {
  constructor(
    private readonly pool: ImagePool,
    private readonly workspaces: Workspaces,
    private readonly web: WebFiles,
  ) {}

  @Task('process-image', {
    payload: ProcessImagePayload,
    description:
      'Makes variants of an image: sizes, formats, watermarks. Removes metadata and turns the picture upright.',
    example: {
      source: { key: 'default/01970000-0000-7000-8000-000000000000' },
      variants: [
        { name: 'large', width: 1600, format: 'webp', watermark: { text: '© Example' } },
        { name: 'thumb', width: 200, height: 200, fit: 'cover', format: 'jpeg' },
      ],
    },
  })
  async processImage(@Payload() payload: ProcessImagePayload, @Ctx() job: JobContext): Promise<ProcessImageResult> {
    const workspace = await this.workspaces.open();
    try {
      return { variants: await this.#variants(payload, job, workspace) };
    } catch (error) {
      throw asJobError(error);
    } finally {
      await workspace.remove();
    }
  }

  async #variants(
    payload: ProcessImagePayload,
    job: JobContext,
    workspace: Workspace,
  ): Promise<readonly SavedVariant[]> {
    const files = new ReceivedFiles(job, workspace, this.web);
    const source = await files.receive(payload.source, IMAGE_FILE);
    const targetOf = (index: number): string => workspace.path(`variant-${String(index)}`);
    const variants = await variantRequests(payload.variants, targetOf, files);
    const saver = new VariantSaver(job, variants);
    try {
      const signal = AbortSignal.any([job.signal, saver.failed]);
      await this.pool.run(
        'draw-variants',
        { source, variants },
        {
          signal,
          onNews: (drawn) => {
            saver.add(drawn);
          },
        },
      );
      return await saver.end();
    } finally {
      await saver.settled();
    }
  }
}
