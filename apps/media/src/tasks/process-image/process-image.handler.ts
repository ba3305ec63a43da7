import { Ctx, Payload } from '@nestjs/microservices';
import { type JobContext, Task, TaskController } from '#libs/consumer';
import { ImagePool } from '../../image-pool/image-pool.js';
import { WebFiles } from '../../sources/web-files.js';
import { Workspaces } from '../../workspace/workspaces.js';
import { asJobError } from '../../job-error.js';
import { ImageJob } from './image-job.js';
import { ProcessImagePayload } from './process-image.payload.js';
import { type ProcessImageResult } from './process-image.result.js';

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
      'Makes variants of images: sizes, formats, crops, watermarks, a sprite of all. Removes metadata and turns the picture upright.',
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
      const { pool, web } = this;
      return await new ImageJob({ job, workspace, pool, web }).run(payload);
    } catch (error) {
      throw asJobError(error);
    } finally {
      await workspace.remove();
    }
  }
}
