import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { plainToInstance } from 'class-transformer';
import sharp, { type Sharp } from 'sharp';
import { ImagePool } from '../src/image-pool/image-pool.js';
import { WebFiles } from '../src/sources/web-files.js';
import { ProcessImageHandler } from '../src/tasks/process-image/process-image.handler.js';
import { type ProcessImageResult } from '../src/tasks/process-image/process-image.result.js';
import { ProcessImagePayload } from '../src/tasks/process-image/process-image.payload.js';
import { Workspaces } from '../src/workspace/workspaces.js';
import { compileApp, type CompiledApp } from './compiled-app.js';
import { jobInMemory, type JobInMemory } from '#libs/consumer-testing';

/** A job that has been done. */
export interface DeskRun extends JobInMemory {
  readonly result: ProcessImageResult;
}

/** A picture, or the URL of one. */
type Source = Buffer | string;

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

  /** Runs a job. Buffers are given to it as stored files, texts are URLs, a list makes several sources. */
  run(from: Source | readonly Source[], wish: object): Promise<DeskRun> {
    const job = jobInMemory();
    const given = (source: Source): unknown => (typeof source === 'string' ? source : job.give(source));
    return this.#process(job, { ...(isList(from) ? { sources: from.map(given) } : { source: given(from) }), ...wish });
  }

  /** Lays one picture over another. */
  marked(source: Buffer, mark: Buffer): Promise<DeskRun> {
    const job = jobInMemory();
    const variants = [{ name: 'marked', watermark: { image: job.give(mark) } }];
    return this.#process(job, { source: job.give(source), variants });
  }

  /** The one picture that is made of a source, as PNG unless the variant says otherwise. */
  async drawn(source: Buffer, variant: object): Promise<Sharp> {
    const { saved } = await this.run(source, { variants: [{ name: 'out', format: 'png', ...variant }] });
    const [picture] = [...saved.values()];
    return sharp(picture, { animated: true });
  }

  /** The processes that draw. */
  get pids(): readonly number[] {
    return this.pool.pids;
  }

  /** A compiled module of the app, given from its `src`. */
  url(source: string): URL {
    return this.app.url(source);
  }

  /** The most memory that a child has held so far, in bytes. */
  async peak(): Promise<number> {
    const statuses = this.pool.pids.map((pid) => readFile(`/proc/${String(pid)}/status`, 'latin1'));
    const peaks = (await Promise.all(statuses)).map((status) => Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]));
    return 1024 * Math.max(0, ...peaks);
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

  async #process(job: JobInMemory, payload: object): Promise<DeskRun> {
    const handler = new ProcessImageHandler(this.pool, new Workspaces(this.folder), this.web);
    const result = await handler.processImage(plainToInstance(ProcessImagePayload, payload), job.context);
    return { ...job, result };
  }
}

function isList(from: Source | readonly Source[]): from is readonly Source[] {
  return Array.isArray(from);
}
