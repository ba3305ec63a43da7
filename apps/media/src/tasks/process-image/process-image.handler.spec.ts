import 'reflect-metadata';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import sharp, { type Sharp } from 'sharp';
import { PermanentError, TemporaryError } from '#libs/consumer';
import { compileApp, type CompiledApp } from '../../../spec/compiled-app.js';
import { jobInMemory, type JobInMemory, type JobOptions } from '#libs/consumer-testing';
import { blackPng } from '../../../spec/png.js';
import { ImagePool } from '../../image-pool/image-pool.js';
import { WebFiles } from '../../sources/web-files.js';
import { Workspaces } from '../../workspace/workspaces.js';
import { ProcessImageHandler } from './process-image.handler.js';
import { type ProcessImageResult } from './process-image.result.js';
import { type VariantPayload } from './variant.payload.js';
import { type WatermarkPayload } from '../../watermark/watermark.payload.js';

const PHOTO = join(import.meta.dirname, '../../../../../examples/assets/photo.jpg');

let app: CompiledApp;
let folder: string;
let pool: ImagePool;
let handler: ProcessImageHandler;

beforeAll(async () => {
  app = await compileApp();
  pool = new ImagePool({ entry: app.url('image-pool/child-main.ts') });
});

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'process-image-spec-'));
  handler = new ProcessImageHandler(pool, new Workspaces(folder), new WebFiles([]));
});

afterEach(async () => {
  expect(await readdir(folder)).toEqual([]);
  await rm(folder, { recursive: true });
});

afterAll(async () => {
  await pool.close();
  await app.remove();
});

interface Run extends JobInMemory {
  readonly result: ProcessImageResult;
}

async function run(source: Buffer | Readable, variants: VariantPayload[], options: JobOptions = {}): Promise<Run> {
  const job = jobInMemory(options);
  const result = await handler.processImage({ source: job.give(source), variants }, job.context);
  return { ...job, result };
}

/** What becomes of one variant, as PNG unless it says otherwise. */
async function drawn(source: Buffer, variant: Partial<VariantPayload>): Promise<Sharp> {
  const { saved, result } = await run(source, [{ name: 'out', format: 'png', ...variant }]);
  const file = saved.get(result.variants[0]?.file.filename ?? '');
  if (file === undefined) throw new Error('The variant was not saved');
  return sharp(file);
}

async function pixel(picture: Sharp, left: number, top: number): Promise<number[]> {
  return [...(await picture.clone().extract({ left, top, width: 1, height: 1 }).raw().toBuffer())];
}

function plain(
  width: number,
  height: number,
  background: string | { r: number; g: number; b: number; alpha: number },
): Sharp {
  return sharp({ create: { width, height, channels: typeof background === 'string' ? 3 : 4, background } });
}

/** Left half red, right half blue. */
async function redAndBlue(width: number, height: number): Promise<Sharp> {
  const blue = await plain(width / 2, height, '#00f')
    .png()
    .toBuffer();
  return plain(width, height, '#f00').composite([{ input: blue, left: width / 2, top: 0 }]);
}

describe('media.process-image', () => {
  it('makes every variant in its size and format, and stores it under its name', async () => {
    const { result, saved, progress } = await run(await readFile(PHOTO), [
      { name: 'large', width: 1600, format: 'webp' },
      { name: 'square', width: 200, height: 200, fit: 'cover' },
      { name: 'padded', width: 300, height: 300, fit: 'contain', format: 'png' },
      { name: 'modern', width: 160, format: 'avif' },
    ]);
    expect(
      result.variants.map(({ name, width, height, format, file }) => [name, width, height, format, file.filename]),
    ).toEqual([
      ['large', 1600, 900, 'webp', 'large.webp'],
      ['square', 200, 200, 'jpeg', 'square.jpg'],
      ['padded', 300, 300, 'png', 'padded.png'],
      ['modern', 160, 90, 'avif', 'modern.avif'],
    ]);
    for (const { width, height, format, file } of result.variants) {
      const metadata = await sharp(saved.get(file.filename)).metadata();
      expect(metadata).toMatchObject({ width, height, format: format === 'avif' ? 'heif' : format });
    }
    expect(progress).toEqual([
      { percent: 25, message: '1 of 4 variants' },
      { percent: 50, message: '2 of 4 variants' },
      { percent: 75, message: '3 of 4 variants' },
      { percent: 100, message: '4 of 4 variants' },
    ]);
  });

  it('keeps the format and size of the source when a variant asks for neither', async () => {
    for (const format of ['jpeg', 'png', 'webp', 'avif'] as const) {
      const source = await plain(80, 60, '#468').toFormat(format).toBuffer();
      const { result } = await run(source, [{ name: 'same', quality: 60 }]);
      expect(result.variants[0]).toMatchObject({ width: 80, height: 60, format });
    }
  });

  it('makes a JPEG of the first picture of an animated GIF', async () => {
    const frames = [await plain(40, 30, '#f00').png().toBuffer(), await plain(40, 30, '#00f').png().toBuffer()];
    const { result, saved } = await run(
      await sharp(frames, { join: { animated: true } })
        .gif()
        .toBuffer(),
      [{ name: 'still', format: 'jpeg', quality: 100 }],
    );
    expect(result.variants[0]).toMatchObject({ width: 40, height: 30, format: 'jpeg' });
    const [red, , blue] = await pixel(sharp(saved.get('still.jpg')), 20, 15);
    expect(red).toBeGreaterThan(240);
    expect(blue).toBeLessThan(15);
  });

  it('turns the picture upright before it measures it', async () => {
    const lying = await (
      await redAndBlue(80, 40)
    )
      .withMetadata({ orientation: 6 })
      .jpeg({ quality: 100, chromaSubsampling: '4:4:4' })
      .toBuffer();
    const upright = await drawn(lying, { width: 20 });
    expect(await upright.metadata()).toMatchObject({ width: 20, height: 40 });
    expect((await upright.metadata()).orientation).toBeUndefined();
    const [top, bottom] = [await pixel(upright, 10, 5), await pixel(upright, 10, 35)];
    expect(top[0]).toBeGreaterThan(200);
    expect(bottom[2]).toBeGreaterThan(200);
  });

  it('removes metadata, position included', async () => {
    const source = await readFile(PHOTO);
    expect(source.includes('Clemens Engelhardt')).toBe(true);
    for (const format of ['jpeg', 'png', 'webp', 'avif'] as const) {
      const metadata = await (await drawn(source, { width: 100, format })).metadata();
      expect([metadata.exif, metadata.xmp, metadata.iptc, metadata.icc]).toEqual([
        undefined,
        undefined,
        undefined,
        undefined,
      ]);
    }
  });

  it('keeps colours the same when the source has a wide colour space', async () => {
    const wide = await plain(40, 30, '#c83c3c').withIccProfile('p3').png().toBuffer();
    const unmanaged = await sharp(wide, { ignoreIcc: true }).png().toBuffer();
    expect(await pixel(sharp(unmanaged), 10, 10)).not.toEqual([0xc8, 0x3c, 0x3c]);
    const [red = 0, green = 0, blue = 0] = await pixel(await drawn(wide, {}), 10, 10);
    expect(Math.max(Math.abs(red - 0xc8), Math.abs(green - 0x3c), Math.abs(blue - 0x3c))).toBeLessThanOrEqual(2);
  });

  it('reads CMYK, 16 bits a channel and grey', async () => {
    const colour = plain(64, 48, '#336699');
    const sources = [
      await colour.clone().toColourspace('cmyk').jpeg().toBuffer(),
      await colour.clone().toColourspace('rgb16').png().toBuffer(),
      await colour.clone().greyscale().toColourspace('b-w').png().toBuffer(),
    ];
    for (const source of sources) {
      const metadata = await (await drawn(source, { width: 32, format: 'webp' })).metadata();
      expect(metadata).toMatchObject({ width: 32, height: 24, space: 'srgb', depth: 'uchar' });
    }
  });

  it('puts a transparent picture on white for JPEG and keeps it transparent elsewhere', async () => {
    const clear = await plain(60, 60, { r: 0, g: 0, b: 0, alpha: 0 }).png().toBuffer();
    expect(await pixel(await drawn(clear, { width: 30, format: 'jpeg' }), 15, 15)).toEqual([255, 255, 255]);
    for (const format of ['png', 'webp', 'avif'] as const) {
      expect((await pixel(await drawn(clear, { width: 30, format }), 15, 15))[3]).toBe(0);
    }
  });

  it('cuts around the centre for cover, and pads around the picture for contain', async () => {
    const source = await (await redAndBlue(200, 100)).removeAlpha().png().toBuffer();
    const cut = await drawn(source, { width: 50, height: 50, fit: 'cover' });
    expect([await pixel(cut, 2, 25), await pixel(cut, 47, 25)]).toEqual([
      [255, 0, 0],
      [0, 0, 255],
    ]);
    const padded = await drawn(source, { width: 100, height: 100, fit: 'contain' });
    expect([await pixel(padded, 50, 10), await pixel(padded, 10, 50)]).toEqual([
      [0, 0, 0, 0],
      [255, 0, 0, 255],
    ]);
    const onWhite = await drawn(source, { width: 100, height: 100, fit: 'contain', format: 'jpeg' });
    expect(await pixel(onWhite, 50, 10)).toEqual([255, 255, 255]);
  });
});

describe('a watermark', () => {
  async function changed(
    mark: WatermarkPayload,
    background = '#808080',
  ): Promise<{ box: number[]; darkest: number; brightest: number }> {
    const source = await plain(800, 600, background).png().toBuffer();
    const { data } = await (
      await drawn(source, { watermark: mark })
    )
      .greyscale()
      .raw()
      .toBuffer({ resolveWithObject: true });
    const ground = (await sharp(source).greyscale().raw().toBuffer())[0] ?? 0;
    const box = [800, 600, 0, 0];
    for (const [at, value] of data.entries()) {
      if (value === ground) continue;
      const [x, y] = [at % 800, Math.floor(at / 800)];
      box.splice(
        0,
        4,
        Math.min(box[0] ?? 0, x),
        Math.min(box[1] ?? 0, y),
        Math.max(box[2] ?? 0, x),
        Math.max(box[3] ?? 0, y),
      );
    }
    return {
      box,
      darkest: data.reduce((least, value) => Math.min(least, value), 255),
      brightest: data.reduce((most, value) => Math.max(most, value), 0),
    };
  }

  it('changes pixels in its corner only, within a quarter of the width', async () => {
    const [left = 0, top = 0, right = 0, bottom = 0] = (await changed({ text: '© Leveret' })).box;
    expect(left).toBeGreaterThan(560);
    expect(right - left).toBeGreaterThan(100);
    expect(right - left).toBeLessThan(200);
    expect(top).toBeGreaterThan(480);
    expect(bottom).toBeGreaterThan(560);
    expect([right < 790, bottom < 590]).toEqual([true, true]);
  });

  it.each([
    ['northwest', 0, 0],
    ['north', 1, 0],
    ['northeast', 2, 0],
    ['west', 0, 1],
    ['center', 1, 1],
    ['east', 2, 1],
    ['southwest', 0, 2],
    ['south', 1, 2],
    ['southeast', 2, 2],
  ] as const)('stands in the %s when it is told so', async (position, column, row) => {
    const [left = 0, top = 0, right = 0, bottom = 0] = (await changed({ text: 'Leveret', position })).box;
    expect(Math.floor((left + right) / 2 / (800 / 3))).toBe(column);
    expect(Math.floor((top + bottom) / 2 / (600 / 3))).toBe(row);
  });

  it('is legible on white and on black', async () => {
    expect((await changed({ text: 'Leveret' }, '#fff')).darkest).toBeLessThan(140);
    expect((await changed({ text: 'Leveret' }, '#000')).brightest).toBeGreaterThan(115);
  });

  it('is as strong as its opacity', async () => {
    const brightness = async (opacity: number): Promise<number> =>
      (await changed({ text: 'Leveret', opacity }, '#000')).brightest;
    expect(await brightness(1)).toBeGreaterThan(250);
    expect(await brightness(0.2)).toBeLessThan(60);
    expect(await brightness(0)).toBe(0);
  });

  it('shows markup as it was written', async () => {
    const plainText = (await changed({ text: 'mm' })).box;
    const marked = (await changed({ text: '<b>&amp;</b> <span size="1">mm</span>' })).box;
    expect(marked).not.toEqual(plainText);
    expect((marked[2] ?? 0) - (marked[0] ?? 0)).toBeGreaterThan(150);
    const [left = 0, , right = 0] = (await changed({ text: 'Q & A <' })).box;
    expect(right - left).toBeGreaterThan(50);
  });

  it('can be drawn on the smallest variant', async () => {
    const source = await plain(800, 600, '#808080').png().toBuffer();
    for (const width of [1, 2, 16]) {
      expect(await (await drawn(source, { width, watermark: { text: 'Leveret' } })).metadata()).toMatchObject({
        width,
      });
    }
  });

  it('can be 200 letters without a space', async () => {
    const [left = 0, , right = 0] = (await changed({ text: 'x'.repeat(200) })).box;
    expect(right - left).toBeLessThan(200);
  });

  it('may be a stored image', async () => {
    const job = jobInMemory();
    const logo = job.give(await plain(1000, 500, '#f00').png().toBuffer());
    const source = job.give(await plain(800, 600, '#808080').png().toBuffer());
    const variant = (name: string, width: number): VariantPayload => ({
      name,
      width,
      watermark: { image: logo, opacity: 1, position: 'northwest' },
    });
    await handler.processImage({ source, variants: [variant('a', 800), variant('b', 80)] }, job.context);
    const large = sharp(job.saved.get('a.png'));
    expect(await pixel(large, 30, 30)).toEqual([255, 0, 0]);
    expect(await pixel(large, 18 + 198, 18 + 98)).toEqual([255, 0, 0]);
    expect(await pixel(large, 18 + 202, 30)).toEqual([128, 128, 128]);
    expect(await pixel(large, 5, 5)).toEqual([128, 128, 128]);
    expect(await pixel(sharp(job.saved.get('b.png')), 12, 6)).toEqual([255, 0, 0]);
  });

  it('fails the job for good when its image cannot be used', async () => {
    const job = jobInMemory();
    const image = job.give(Buffer.from('no image'));
    const source = job.give(await plain(80, 60, '#808080').png().toBuffer());
    const running = handler.processImage({ source, variants: [{ name: 'a', watermark: { image } }] }, job.context);
    await expect(running).rejects.toMatchObject({ name: 'PermanentError', code: 'unsupported_image' });
  });

  it('fails the job for good when its text has nothing to draw', async () => {
    const source = await plain(80, 60, '#808080').png().toBuffer();
    await expect(run(source, [{ name: 'a', watermark: { text: '\u0001' } }])).rejects.toMatchObject({
      code: 'unusable_watermark',
    });
  });
});

describe('a source that cannot be processed', () => {
  const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><rect width="10" height="10"/></svg>';

  async function failure(
    source: Buffer | Readable,
    variant: Partial<VariantPayload> = { width: 100 },
  ): Promise<PermanentError> {
    const error: unknown = await run(source, [{ name: 'out', ...variant }]).catch((thrown: unknown) => thrown);
    if (!(error instanceof PermanentError)) throw new Error(`Expected a PermanentError, got ${String(error)}`);
    return error;
  }

  it.each([
    ['text', Buffer.from('Dear Sir or Madam')],
    ['an SVG', Buffer.from(svg)],
    [
      'an SVG behind the signature of a PNG',
      Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.from(svg)]),
    ],
  ])('fails for good when it is %s', async (_what, source) => {
    expect((await failure(source)).code).toMatch(/^(unsupported|corrupt)_image$/);
  });

  it('is refused when it is a TIFF', async () => {
    expect(await failure(await plain(8, 8, 'red').tiff().toBuffer())).toMatchObject({ code: 'unsupported_image' });
  });

  it('is refused when it is empty', async () => {
    expect(await failure(Buffer.alloc(0))).toMatchObject({ code: 'empty_file' });
  });

  it.each([0.05, 0.5, 0.98])('is refused when it ends at the %d part of a JPEG', async (share) => {
    const photo = await readFile(PHOTO);
    expect(await failure(photo.subarray(0, Math.floor(photo.length * share)))).toMatchObject({ code: 'corrupt_image' });
  });

  it('is refused when it is cut short, also when several variants share it', async () => {
    const photo = await readFile(PHOTO);
    const variants = [
      { name: 'a', width: 100 },
      { name: 'b', width: 50 },
    ];
    const running = run(photo.subarray(0, photo.length / 2), variants);
    await expect(running).rejects.toMatchObject({ name: 'PermanentError', code: 'corrupt_image' });
  });

  it('is refused when another format than JPEG is cut short', async () => {
    for (const format of ['png', 'webp', 'avif', 'gif'] as const) {
      const whole = await sharp(PHOTO).resize(300).toFormat(format).toBuffer();
      expect(await failure(whole.subarray(0, whole.length / 2))).toMatchObject({ code: 'corrupt_image' });
    }
  });

  it.each([16_000, 30_000])('is refused in little memory when it is a bomb of %d pixels a side', async (side) => {
    const bomb = blackPng(side, side);
    expect(await failure(bomb)).toMatchObject({ code: 'image_too_large' });
    const status = await readFile(`/proc/${String(pool.pids[0])}/status`, 'latin1');
    expect(Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1])).toBeLessThan(400_000);
  });

  it('is refused as soon as more than 100 MiB of it have come', async () => {
    let sent = 0;
    const endless = Readable.from(
      (function* () {
        for (; ; sent += 1) yield Buffer.alloc(1024 * 1024);
      })(),
    );
    expect(await failure(endless)).toMatchObject({ code: 'image_too_large' });
    expect(sent).toBeLessThan(110);
  });

  it('is refused when a variant of it would be too large', async () => {
    const source = await plain(80, 60, '#808080').png().toBuffer();
    expect(await failure(source, { width: 16_384, height: 16_384, fit: 'fill' })).toMatchObject({
      code: 'image_too_large',
    });
    expect(await failure(source, { width: 16_384, height: 10, fit: 'fill', format: 'webp' })).toMatchObject({
      code: 'image_too_large',
      message: 'The variant "out" has 16384 x 10 pixels; webp allows 16383 a side',
    });
  });

  it('is refused when a strip of it would have to be enlarged beyond all bounds', async () => {
    const source = await plain(60_000, 1, '#808080').png().toBuffer();
    const error = await failure(source, { width: 100, height: 16_384, fit: 'cover' });
    expect(error).toMatchObject({ code: 'image_too_large' });
  });

  it('is refused when it is missing', async () => {
    const job = jobInMemory();
    const running = handler.processImage(
      { source: { key: 'default/none' }, variants: [{ name: 'a', width: 1 }] },
      job.context,
    );
    await expect(running).rejects.toMatchObject({ name: 'PermanentError', code: 'file_not_found' });
  });
});

describe('an interruption', () => {
  const long: VariantPayload[] = [
    { name: 'quick', width: 20 },
    { name: 'slow', width: 3840, format: 'avif' },
  ];

  it('fails one attempt when the child is killed in the middle, and the next image works', async () => {
    const kill = (): void => {
      for (const pid of pool.pids) process.kill(pid, 'SIGKILL');
    };
    const error: unknown = await run(await readFile(PHOTO), long, { onProgress: kill }).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(TemporaryError);
    expect(error).toMatchObject({ code: 'image_worker_crashed' });
    const { result } = await run(await readFile(PHOTO), [{ name: 'quick', width: 20 }]);
    expect(result.variants).toHaveLength(1);
  });

  it('kills the child when the job is aborted', async () => {
    const stop = new AbortController();
    const onProgress = (): void => {
      stop.abort(new Error('timed out'));
    };
    await expect(run(await readFile(PHOTO), long, { signal: stop.signal, onProgress })).rejects.toThrow('timed out');
    expect(pool.pids).toEqual([]);
  });

  it('stops drawing when a variant cannot be stored, with the error of the storage', async () => {
    const onSave = (): void => {
      throw new Error('no space left');
    };
    const running = run(await readFile(PHOTO), long, { onSave });
    await expect(running).rejects.toThrow('no space left');
    await expect(running).rejects.not.toBeInstanceOf(PermanentError);
    expect(pool.pids).toEqual([]);
  });

  it("is the storage's error when the source breaks off while it is read", async () => {
    const broken = new Readable({
      read() {
        this.destroy(new Error('connection reset'));
      },
    });
    const error: unknown = await run(broken, long).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ message: 'connection reset' });
    expect(error).not.toBeInstanceOf(PermanentError);
  });
});
