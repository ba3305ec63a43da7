import { Ctx, Payload } from '@nestjs/microservices';
import { type JobContext, Task, TaskController } from '#libs/consumer';
import { asJobError } from '../../job-error.js';
import { ImagePool } from '../../image-pool/image-pool.js';
import { WebFiles } from '../../sources/web-files.js';
import { Workspaces } from '../../workspace/workspaces.js';
import { ProcessVideoPayload } from './process-video.payload.js';
import { type ProcessVideoResult } from './process-video.result.js';
import { VideoJob } from './video-job.js';
import { VideoSettings } from './video-settings.js';

/** `media.process-video`: transcodes a video into sizes that every browser plays. */
@TaskController('media')
export class ProcessVideoHandler {
  constructor(
    private readonly pool: ImagePool,
    private readonly workspaces: Workspaces,
    private readonly web: WebFiles,
    private readonly settings: VideoSettings,
  ) {}

  @Task('process-video', {
    payload: ProcessVideoPayload,
    description:
      'Transcodes a video with ffmpeg: sizes as H.264 and AAC, a watermark, a poster frame. Removes metadata.',
    example: {
      source: { key: 'default/01970000-0000-7000-8000-000000000000' },
      format: ['480p', '1080p'],
      watermark: { text: '© Example', position: 'southeast' },
    },
    timeout: '20m',
    maxTimeout: '25m',
    maxAttempts: 3,
  })
  async processVideo(@Payload() payload: ProcessVideoPayload, @Ctx() job: JobContext): Promise<ProcessVideoResult> {
    const workspace = await this.workspaces.open();
    try {
      const { pool, web, settings } = this;
      return await new VideoJob({ job, workspace, pool, web, settings }).run(payload);
    } catch (error) {
      throw asJobError(error);
    } finally {
      await workspace.remove();
    }
  }
}
