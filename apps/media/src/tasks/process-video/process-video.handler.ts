import { Ctx, Payload } from '@nestjs/microservices';
import { type JobContext, type JobFiles, Task, TaskController } from '#libs/consumer';
import { type VideoFacts } from '../../ffmpeg/probe.js';
import { asJobError } from '../../job-error.js';
import { ImagePool } from '../../image-pool/image-pool.js';
import { WebFiles } from '../../sources/web-files.js';
import { Turns } from '../../turns.js';
import { Workspaces } from '../../workspace/workspaces.js';
import { ProcessVideoPayload } from './process-video.payload.js';
import { TRANSCODED_AT_ONCE } from './transcoding.js';
import { type VideoFormat } from './video-plan.js';
import { VideoJob } from './video-job.js';
import { type VideoKind } from '../../ffmpeg/video-kind.js';

type StoredFile = Awaited<ReturnType<JobFiles['save']>>;

/** A size of the video as the job's result names it. */
export interface VideoOutput {
  /** As it was asked for; a video that is smaller keeps its own size. */
  readonly format: VideoFormat;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** Seconds. */
  readonly duration: number;
  readonly file: StoredFile;
}

/** What a `media.process-video` job results in; the outputs in the order they were asked for. */
export interface ProcessVideoResult {
  /** What was found in the source. */
  readonly source: Omit<VideoFacts, 'stream'> & { readonly container: VideoKind };
  readonly outputs: readonly VideoOutput[];
  /** null: none was wanted. */
  readonly poster: StoredFile | null;
}

/** What is the same for every job of the app. */
export class VideoSettings {
  /**
   * @param usualText what `watermark: true` writes
   * @param turns in which videos are transcoded
   */
  constructor(
    readonly usualText: string,
    readonly turns = new Turns(TRANSCODED_AT_ONCE),
  ) {}
}

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
