import 'reflect-metadata';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { plainToInstance } from 'class-transformer';
import sharp from 'sharp';
import { thumbHashToRGBA } from 'thumbhash';
import { compileApp, type CompiledApp } from '../../../spec/compiled-app.js';
import { jobInMemory } from '#libs/consumer-testing';
import { ImagePool } from '../../image-pool/image-pool.js';
import { Moderator } from '../../moderation/moderator.js';
import { WebFiles } from '../../sources/web-files.js';
import { Workspaces } from '../../workspace/workspaces.js';
import { AnalyzeImageHandler, type AnalyzeImageResult } from './analyze-image.handler.js';
import { AnalyzeImagePayload } from './analyze-image.payload.js';

const PHOTO = join(import.meta.dirname, '../../../../../examples/assets/photo.jpg');

let app: CompiledApp;
let pool: ImagePool;
let moderator: Moderator;
let folder: string;
let handler: AnalyzeImageHandler;

beforeAll(async () => {
  app = await compileApp();
  pool = new ImagePool({ entry: app.url('image-pool/child-main.ts') });
  moderator = new Moderator({ entry: app.url('moderation/model-main.ts'), idleMs: 1_000 });
});

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'analyze-image-spec-'));
  handler = new AnalyzeImageHandler(pool, new Workspaces(folder), new WebFiles([]), moderator);
});

afterEach(async () => {
  expect(await readdir(folder)).toEqual([]);
  await rm(folder, { recursive: true });
});

afterAll(async () => {
  await Promise.all([pool.close(), moderator.onApplicationShutdown()]);
  await app.remove();
});

function analyze(source: Buffer, moderation: unknown = false, signal?: AbortSignal): Promise<AnalyzeImageResult> {
  const job = jobInMemory(signal === undefined ? {} : { signal });
  const payload = plainToInstance(AnalyzeImagePayload, { source: job.give(source), moderation });
  return handler.analyzeImage(payload, job.context);
}

/** In how many bits two hashes differ. */
function distance(a: string, b: string): number {
  return (BigInt(`0x${a}`) ^ BigInt(`0x${b}`)).toString(2).replaceAll('0', '').length;
}

describe('media.analyze-image', () => {
  it('measures a picture upright, and says how it was stored', async () => {
    const lying = await sharp(PHOTO).resize(80, 40).withMetadata({ orientation: 6 }).jpeg().toBuffer();
    expect(await analyze(lying)).toMatchObject({
      ...{ format: 'jpeg', width: 40, height: 80, orientation: 6, hasAlpha: false, frames: 1, moderation: null },
    });
  });

  it('names the colours that a picture is made of, the most frequent first', async () => {
    const blue = await sharp({ create: { width: 30, height: 90, channels: 3, background: '#0000ff' } })
      .png()
      .toBuffer();
    const flag = sharp({ create: { width: 120, height: 90, channels: 3, background: '#ff0000' } });
    const picture = await flag
      .composite([{ input: blue, left: 0, top: 0 }])
      .png()
      .toBuffer();
    expect((await analyze(picture)).dominantColors).toEqual(['#ff0000', '#0000ff']);
    expect((await analyze(await readFile(PHOTO))).dominantColors).toHaveLength(6);
    const clear = { create: { width: 9, height: 9, channels: 4, background: '#0000' } } as const;
    expect((await analyze(await sharp(clear).png().toBuffer())).dominantColors).toEqual([]);
  });

  it('makes a placeholder that is drawn by any ThumbHash decoder', async () => {
    const { placeholder } = await analyze(await readFile(PHOTO));
    const { w, h, rgba } = thumbHashToRGBA(Buffer.from(placeholder, 'base64'));
    const drawn = await sharp(Buffer.from(rgba), { raw: { width: w, height: h, channels: 4 } })
      .removeAlpha()
      .resize(16, 9, { fit: 'fill' })
      .raw()
      .toBuffer();
    const real = await sharp(PHOTO).resize(16, 9, { fit: 'fill' }).raw().toBuffer();
    const off = drawn.reduce((sum, byte, at) => sum + Math.abs(byte - (real[at] ?? 0)), 0) / drawn.length;
    expect(off).toBeLessThan(25);
  });

  it('makes hashes that are near for the same picture, and far for others', async () => {
    const hash = async (picture: Buffer): Promise<string> => (await analyze(picture)).perceptualHash;
    const whole = await hash(await readFile(PHOTO));
    expect(distance(whole, await hash(await sharp(PHOTO).resize(200).webp({ quality: 40 }).toBuffer()))).toBeLessThan(
      6,
    );
    expect(distance(whole, await hash(await sharp(PHOTO).modulate({ brightness: 1.1 }).toBuffer()))).toBeLessThan(6);
    expect(distance(whole, await hash(await sharp(PHOTO).flop().toBuffer()))).toBeGreaterThan(12);
  });

  it('counts the pictures of an animation, and reads every colour model', async () => {
    const frame = (background: string): Promise<Buffer> =>
      sharp({ create: { width: 20, height: 10, channels: 3, background } })
        .png()
        .toBuffer();
    const frames = [await frame('#f00'), await frame('#00f'), await frame('#0f0')];
    const animated = await sharp(frames, { join: { animated: true } })
      .gif()
      .toBuffer();
    expect(await analyze(animated)).toMatchObject({ format: 'gif', width: 20, height: 10, frames: 3 });
    for (const space of ['cmyk', 'b-w'] as const) {
      const { dominantColors } = await analyze(await sharp(PHOTO).resize(60).toColourspace(space).jpeg().toBuffer());
      expect(dominantColors.every((colour) => /^#[\da-f]{6}$/.test(colour))).toBe(true);
    }
    expect(
      (await analyze(await sharp(frames[0]).greyscale().toColourspace('b-w').png().toBuffer())).dominantColors,
    ).toHaveLength(1);
  });

  it('refuses what is no image, and what is damaged', async () => {
    await expect(analyze(Buffer.from('<svg/>'))).rejects.toMatchObject({ code: 'unsupported_image' });
    const half = (await readFile(PHOTO)).subarray(0, 9_000);
    await expect(analyze(half)).rejects.toMatchObject({ code: 'corrupt_image' });
  });
});

describe('moderation', () => {
  it('finds nothing in a photograph of a landscape, and says how sure it is', async () => {
    const { moderation } = await analyze(await readFile(PHOTO), {});
    expect(moderation).toMatchObject({ flagged: false, threshold: 0.7 });
    const { drawing = 0, hentai = 0, neutral = 0, porn = 0, sexy = 0 } = moderation?.scores ?? {};
    expect(drawing + hentai + neutral + porn + sexy).toBeCloseTo(1, 3);
    expect(neutral + drawing).toBeGreaterThan(0.8);
  });

  it('flags from the threshold of the job on', async () => {
    expect((await analyze(await readFile(PHOTO), { threshold: 0 })).moderation).toMatchObject({
      flagged: true,
      threshold: 0,
    });
  });

  it('keeps the model in a process that ends when there is nothing to judge', async () => {
    const photo = await readFile(PHOTO);
    const both = Promise.all([analyze(photo, {}), analyze(photo, {})]);
    await both;
    expect(moderator.pids.length).toBeLessThanOrEqual(1);
    while (moderator.pids.length > 0) await delay(20);
    expect((await analyze(photo, {})).moderation?.flagged).toBe(false);
  });

  it('is tried again when the model itself takes too much memory', async () => {
    const entry = app.url('moderation/model-main.ts');
    const cramped = new Moderator({ entry, memoryLimitBytes: 64 * 1024 ** 2 });
    handler = new AnalyzeImageHandler(pool, new Workspaces(folder), new WebFiles([]), cramped);
    await expect(analyze(await readFile(PHOTO), {})).rejects.toMatchObject({
      ...{ name: 'TemporaryError', code: 'image_worker_crashed' },
      message: expect.stringContaining('64 MiB that the model may take') as unknown,
    });
    await cramped.onApplicationShutdown();
  });

  it('is tried again when the process dies, and gives up with the job', async () => {
    const photo = await readFile(PHOTO);
    const killing = (async () => {
      while (moderator.pids.length > 0) await delay(5);
      const running = analyze(photo, {});
      while (moderator.pids.length === 0) await delay(5);
      for (const pid of moderator.pids) process.kill(pid, 'SIGKILL');
      return running;
    })();
    await expect(killing).rejects.toMatchObject({ name: 'TemporaryError', code: 'image_worker_crashed' });
    await expect(analyze(photo, {}, AbortSignal.abort(new Error('cancelled')))).rejects.toThrow('aborted');
  });
});
