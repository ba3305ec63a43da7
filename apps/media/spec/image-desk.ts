import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { plainToInstance } from 'class-transformer';
import sharp, { type Sharp } from 'sharp';
import { ImagePool } from '../src/image-pool/image-pool.js';
import { WebFiles } from '../src/sources/web-files.js';
import { ProcessImageHandler, type ProcessImageResult } from '../src/tasks/process-image/process-image.handler.js';
import { ProcessImagePayload } from '../src/tasks/process-image/process-image.payload.js';
import { Workspaces } from '../src/workspace/workspaces.js';
import { compileApp, type CompiledApp } from './compiled-app.js';
import { jobInMemory, type JobInMemory } from './job-in-memory.js';

/** A job that has been done. */
export interface DeskRun extends JobInMemory {
  readonly result: ProcessImageResult;
}

/** `media.process-image` with child processes of its own, for specs that look at pictures. */
export class ImageDesk {
  private constructor(
    private readonly app: CompiledApp,
    private readonly folder: string,
    private readonly pool: ImagePool,
    private readonly web: WebFiles,
  ) {}

  /** @param allow hosts that sources may be fetched from, as in `EGRESS_ALLOW` */
  static async open(allow: readonly string[] = []): Promise<ImageDesk> {
    const app = await compileApp();
    const folder = await mkdtemp(join(tmpdir(), 'image-desk-'));
    return new ImageDesk(
      app,
      folder,
      new ImagePool({ entry: app.url('image-pool/child-main.ts') }),
      new WebFiles(allow),
    );
  }

  /** Runs a job; buffers and lists of them are given to it as stored files. */
  async run(sources: Buffer | readonly Buffer[] | string, wish: object): Promise<DeskRun> {
    const job = jobInMemory();
    const from =
      typeof sources === 'string' || Buffer.isBuffer(sources)
        ? { source: typeof sources === 'string' ? sources : job.give(sources) }
        : { sources: sources.map((source) => job.give(source)) };
    const handler = new ProcessImageHandler(this.pool, new Workspaces(this.folder), this.web);
    return {
      ...job,
      result: await handler.processImage(plainToInstance(ProcessImagePayload, { ...from, ...wish }), job.context),
    };
  }

  /** The one picture that is made of a source, as PNG unless the variant says otherwise. */
  async drawn(source: Buffer, variant: object): Promise<Sharp> {
    const { saved } = await this.run(source, { variants: [{ name: 'out', format: 'png', ...variant }] });
    const [picture] = [...saved.values()];
    return sharp(picture, { animated: true });
  }

  /** What jobs have left on the disk. */
  left(): Promise<readonly string[]> {
    return readdir(this.folder);
  }

  async close(): Promise<void> {
    await Promise.all([this.pool.close(), this.web.onApplicationShutdown()]);
    await this.app.remove();
    await rm(this.folder, { recursive: true });
  }
}
