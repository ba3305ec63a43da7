import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { plainToInstance } from 'class-transformer';
import { PermanentError } from '#libs/consumer';
import { Screen } from '../../../tools/console/screen.js';
import { ensureFfmpeg } from '../../../tools/local-nodes/ffmpeg-program.js';
import { ImagePool } from '../src/image-pool/image-pool.js';
import { WebFiles } from '../src/sources/web-files.js';
import { ProcessVideoHandler } from '../src/tasks/process-video/process-video.handler.js';
import { VideoSettings } from '../src/tasks/process-video/video-settings.js';
import { type ProcessVideoResult } from '../src/tasks/process-video/process-video.result.js';
import { ProcessVideoPayload } from '../src/tasks/process-video/process-video.payload.js';
import { Workspaces } from '../src/workspace/workspaces.js';
import { compileApp, type CompiledApp } from './compiled-app.js';
import { type HttpTarget } from './http-target.js';
import { jobInMemory, type JobInMemory, type JobOptions } from '#libs/consumer-testing';
import { processesIn } from './processes.js';

/** A job that has been done. */
export interface VideoRun extends JobInMemory {
  readonly result: ProcessVideoResult;
}

/** `media.process-video` with real programs, for specs that look at videos. */
export class VideoDesk {
  private constructor(
    private readonly app: CompiledApp,
    private readonly pool: ImagePool,
    /** Where videos are made and looked at; not where the handler works. */
    readonly studio: string,
    /** Where the handler works. */
    readonly folder: string,
  ) {}

  static async open(): Promise<VideoDesk> {
    await ensureFfmpeg(new Screen(process.stderr));
    const app = await compileApp();
    const [studio, folder] = await Promise.all(
      ['studio', 'work'].map((what) => mkdtemp(join(tmpdir(), `video-desk-${what}-`))),
    );
    return new VideoDesk(
      app,
      new ImagePool({ entry: app.url('image-pool/child-main.ts') }),
      studio ?? '',
      folder ?? '',
    );
  }

  /** @param web fetches sources; without it no host may be asked */
  handler(web = new WebFiles([]), settings = new VideoSettings('Leveret')): ProcessVideoHandler {
    return new ProcessVideoHandler(this.pool, new Workspaces(this.folder), web, settings);
  }

  /** Runs a job with a stored video. */
  async run(source: Buffer, wish: object, options: JobOptions = {}): Promise<VideoRun> {
    const job = jobInMemory(options);
    const payload = plainToInstance(ProcessVideoPayload, { source: job.give(source), ...wish });
    return { ...job, result: await this.handler().processVideo(payload, job.context) };
  }

  /** Runs a job with a video by URL, of a host that may be asked when no other may. */
  runFrom({ url, pair }: HttpTarget): Promise<ProcessVideoResult> {
    const web = new WebFiles([pair]);
    const payload = plainToInstance(ProcessVideoPayload, { source: `${url}/made.mp4`, format: '480p', poster: false });
    const running = this.handler(web).processVideo(payload, jobInMemory().context);
    return running.finally(() => web.onApplicationShutdown());
  }

  /** What a job fails with for good. */
  async failure(source: Buffer): Promise<PermanentError> {
    const error: unknown = await this.run(source, { format: '480p' }).catch((thrown: unknown) => thrown);
    if (!(error instanceof PermanentError)) throw new Error(`Expected a PermanentError, got ${String(error)}`);
    return error;
  }

  /** What jobs have left behind: files on the disk, and processes. */
  async left(): Promise<readonly (string | number)[]> {
    return [...(await readdir(this.folder)), ...(await processesIn(this.folder))];
  }

  async close(): Promise<void> {
    await this.pool.close();
    await this.app.remove();
    await Promise.all([this.studio, this.folder].map((folder) => rm(folder, { recursive: true })));
  }
}
