import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import sharp from 'sharp';
import { compileApp, type CompiledApp } from '../../spec/compiled-app.js';
import { type DrawVariants } from '../tasks/process-image/draw-variants.js';
import { ImagePool } from './image-pool.js';
import { ImageWorkerCrash } from './image-worker-crash.js';

let app: CompiledApp;
let folder: string;
let source: string;
let pool: ImagePool;
const never = new AbortController().signal;

beforeAll(async () => {
  app = await compileApp();
  folder = await mkdtemp(join(tmpdir(), 'image-pool-spec-'));
  source = join(folder, 'source.png');
  await sharp({
    create: {
      width: 3000,
      height: 2000,
      channels: 3,
      background: '#000',
      noise: { type: 'gaussian', mean: 128, sigma: 60 },
    },
  })
    .png({ compressionLevel: 1 })
    .toFile(source);
});

afterAll(async () => {
  await app.remove();
  await rm(folder, { recursive: true });
});

afterEach(() => pool.close());

function openPool(memoryLimitBytes?: number): ImagePool {
  const entry = app.url('image-pool/child-main.ts');
  pool = new ImagePool(memoryLimitBytes === undefined ? { entry } : { entry, memoryLimitBytes });
  return pool;
}

function variant(name: string, width: number, format: 'jpeg' | 'avif' = 'jpeg') {
  return { name, target: join(folder, name), width, fit: 'inside', format } as const;
}

/** A first variant that is quick, and one that takes seconds. */
const long = (): DrawVariants => ({
  source,
  variants: [variant('a', 20), variant('b', 3000, 'avif')],
});
const short = (): DrawVariants => ({ source, variants: [variant('c', 20)] });

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('ImagePool', () => {
  it('uses a child again', async () => {
    const images = openPool();
    await images.run('draw-variants', short(), { signal: never, onNews: () => undefined });
    const before = images.pids;
    await images.run('draw-variants', short(), { signal: never, onNews: () => undefined });
    expect(images.pids).toEqual(before);
    expect(before).toHaveLength(1);
  });

  it('has as many children as works under way at once', async () => {
    const images = openPool();
    const work = (): Promise<void> => images.run('draw-variants', short(), { signal: never, onNews: () => undefined });
    await Promise.all([work(), work(), work()]);
    expect(images.pids).toHaveLength(3);
  });

  it('hides the environment of the app from its children', async () => {
    const images = openPool();
    await images.run('draw-variants', short(), { signal: never, onNews: () => undefined });
    const environment = await readFile(`/proc/${String(images.pids[0])}/environ`, 'latin1');
    const names = environment.split('\0').map((line) => line.split('=')[0]);
    expect(names).not.toContain('PATH');
    expect(names).not.toContain('HOME');
    expect(names).toContain('VIPS_BLOCK_UNTRUSTED');
  });

  it.each(['SIGKILL', 'SIGSEGV'] as const)('outlives a child that dies of %s, and works on', async (signal) => {
    const images = openPool();
    const [pids, crash] = await new Promise<[readonly number[], Promise<void>]>((resolve) => {
      const running = images.run('draw-variants', long(), {
        signal: never,
        onNews: () => {
          resolve([images.pids, running]);
        },
      });
    }).then(([children, running]) => {
      for (const pid of children) process.kill(pid, signal);
      return [children, running] as const;
    });
    await expect(crash).rejects.toThrow(new ImageWorkerCrash(signal));
    expect(images.pids).toEqual([]);
    expect(pids.map(isRunning)).toEqual([false]);
    await images.run('draw-variants', short(), { signal: never, onNews: () => undefined });
    expect(images.pids).toHaveLength(1);
  });

  it('has killed the child when it fails with the reason of an abort', async () => {
    const images = openPool();
    const stop = new AbortController();
    let pids: readonly number[] = [];
    const running = images.run('draw-variants', long(), {
      signal: stop.signal,
      onNews: () => {
        pids = images.pids;
        stop.abort(new Error('timed out'));
      },
    });
    await expect(running).rejects.toThrow('timed out');
    expect(pids).toHaveLength(1);
    expect(pids.filter(isRunning)).toEqual([]);
  });

  it('starts nothing for a signal that has aborted', async () => {
    const images = openPool();
    const signal = AbortSignal.abort(new Error('cancelled'));
    await expect(images.run('draw-variants', short(), { signal, onNews: () => undefined })).rejects.toThrow(
      'cancelled',
    );
    expect(images.pids).toEqual([]);
  });

  it('kills a child that takes more memory than it may, and says that the image is too large', async () => {
    const images = openPool(90 * 1024 * 1024);
    const running = images.run('draw-variants', long(), { signal: never, onNews: () => undefined });
    await expect(running).rejects.toMatchObject({ code: 'image_too_large' });
    expect(images.pids).toEqual([]);
  });

  it('replaces a child that keeps half of its memory', async () => {
    const images = openPool(120 * 1024 * 1024);
    await images.run('draw-variants', short(), { signal: never, onNews: () => undefined });
    expect(images.pids).toEqual([]);
  });

  it('leaves no child when it closes, not even one at work', async () => {
    const images = openPool();
    await images.run('draw-variants', short(), { signal: never, onNews: () => undefined });
    const news = new Promise<readonly number[]>((resolve, reject) => {
      const onNews = (): void => {
        resolve(images.pids);
      };
      const running = images.run('draw-variants', long(), { signal: never, onNews });
      running.catch((error: unknown) => {
        reject(error instanceof Error ? error : new Error(String(error)));
      });
    });
    const pids = await news;
    await images.close();
    expect(pids.filter(isRunning)).toEqual([]);
    await expect(images.run('draw-variants', short(), { signal: never, onNews: () => undefined })).rejects.toThrow(
      'closed',
    );
  });

  it('has children that do not outlive an app that was killed', async () => {
    openPool();
    const script = `
      const { ImagePool } = await import(${JSON.stringify(app.url('image-pool/image-pool.ts').href)});
      const pool = new ImagePool();
      const onNews = () => process.stdout.write(pool.pids.join());
      await pool.run('draw-variants', ${JSON.stringify(long())}, { signal: new AbortController().signal, onNews });
    `;
    const parent = spawn(process.execPath, ['--input-type=module', '--eval', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [pid] = (await once(parent.stdout, 'data')) as [Buffer];
    parent.kill('SIGKILL');
    await once(parent, 'exit');
    const deadline = Date.now() + 5_000;
    while (isRunning(Number(pid)) && Date.now() < deadline) await delay(10);
    expect(isRunning(Number(pid))).toBe(false);
  });
});
