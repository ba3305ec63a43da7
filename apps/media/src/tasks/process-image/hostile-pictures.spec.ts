import 'reflect-metadata';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { deflateSync, gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { PermanentError } from '#libs/consumer';
import { claiming, manyPasses, restlessGif, TAINT, withChunk, withComment } from '../../../spec/hostile-pictures.js';
import { type HttpTarget, startHttpTarget } from '../../../spec/http-target.js';
import { ImageDesk } from '../../../spec/image-desk.js';
import { testCard } from '../../../spec/test-card.js';

/** What a child holds in memory at most while it looks at what is refused or small. */
const LITTLE = 400 * 1024 ** 2;
const FORMATS = ['jpeg', 'png', 'webp', 'gif', 'avif'] as const;
const VARIANTS = FORMATS.map((format) => ({ name: format, width: 40, format }));

let desk: ImageDesk;
let folder: string;
/** Says by its requests that something was fetched. */
let outside: HttpTarget;
let card: Buffer;

beforeAll(async () => {
  desk = await ImageDesk.open();
  outside = await startHttpTarget();
  folder = await mkdtemp(join(tmpdir(), 'hostile-pictures-'));
  card = await testCard().png().toBuffer();
  await writeFile(join(folder, 'secret.png'), card);
});

afterEach(async () => {
  expect(await desk.left()).toEqual([]);
  expect(outside.seen).toEqual([]);
  expect(await desk.peak()).toBeLessThan(LITTLE);
  // The same child works on: it has survived, and the next good picture comes out.
  expect(desk.pids).toHaveLength(1);
  expect((await desk.run(card, { variants: VARIANTS })).result.variants).toHaveLength(FORMATS.length);
});

afterAll(async () => {
  await desk.close();
  await outside.stop();
  await rm(folder, { recursive: true });
});

async function failure(running: Promise<unknown>): Promise<PermanentError> {
  const error: unknown = await running.catch((thrown: unknown) => thrown);
  if (!(error instanceof PermanentError)) throw new Error(`Expected a PermanentError, got ${String(error)}`);
  return error;
}

/** What a job with every format fails with. */
function refusal(source: Buffer, variants: readonly object[] = VARIANTS): Promise<PermanentError> {
  return failure(desk.run(source, { variants }));
}

describe('an SVG', () => {
  const svg = (content: string, before = ''): string =>
    `${before}<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="9" height="9">${content}</svg>`;
  const laughs = Array.from({ length: 9 }, (_, i) => `<!ENTITY l${i + 1} "${`&l${i};`.repeat(10)}">`).join('');
  const uses = Array.from(
    { length: 8 },
    (_, i) => `<g id="u${i + 1}">${`<use xlink:href="#u${i}"/>`.repeat(10)}</g>`,
  ).join('');

  const tricks: readonly (readonly [string, () => string | Buffer])[] = [
    ['an external entity', () => svg('&s;', `<!DOCTYPE svg [<!ENTITY s SYSTEM "file://${folder}/secret.png">]>`)],
    ['a billion laughs', () => svg('&l9;', `<!DOCTYPE svg [<!ENTITY l0 "ha">${laughs}]>`)],
    ['the picture of a file beside it', () => svg('<image xlink:href="secret.png" width="9" height="9"/>')],
    ['the picture of a file', () => svg(`<image href="file://${folder}/secret.png" width="9" height="9"/>`)],
    ['the picture of an address', () => svg(`<image href="${outside.url}/a.png" width="9" height="9"/>`)],
    ['a style sheet of an address', () => svg('', `<?xml-stylesheet href="${outside.url}/a.css"?>`)],
    [
      'uses that multiply to 10⁸',
      () => svg(`<defs><g id="u0"><rect width="1" height="1"/></g>${uses}</defs><use xlink:href="#u8"/>`),
    ],
    ['a script', () => svg(TAINT)],
    ['a byte order mark', () => `\ufeff${svg('')}`],
    ['a comment before it', () => svg('', `<!--${' '.repeat(2_000)}-->`)],
    ['UTF-16', () => Buffer.from(`\ufeff${svg('')}`, 'utf16le')],
    ['gzip around it', () => gzipSync(svg(''))],
  ];

  it.each(tricks)('is refused with %s, as source and as watermark', async (_what, content) => {
    const source = Buffer.from(content());
    expect(await refusal(source)).toMatchObject({ code: 'unsupported_image' });
    expect(await failure(desk.marked(card, source))).toMatchObject({ code: 'unsupported_image' });
  });

  it('is opened by no decoder, whatever it is taken for; nor are other formats that nobody asked for', async () => {
    const samples: readonly Buffer[] = [
      Buffer.from(svg('')),
      gzipSync(svg('')),
      await testCard().tiff().toBuffer(),
      Buffer.from('P6 1 1 255\nabc'),
      Buffer.from('#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 1 +X 1\nabcd', 'latin1'),
      Buffer.from('%PDF-1.4\n%%EOF'),
    ];
    const script = `
      const { sharp } = await import(${JSON.stringify(desk.url('image-pool/safe-sharp.ts').href)});
      for (const sample of ${JSON.stringify(samples.map((sample) => sample.toString('base64')))}) {
        await sharp(Buffer.from(sample, 'base64')).metadata().then(({ format }) => console.log(format), () => console.log('shut'));
      }`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script]);
    expect(stdout.trim().split('\n')).toEqual(samples.map(() => 'shut'));
  });
});

describe('a polyglot', () => {
  const jpeg = (): Promise<Buffer> => testCard().jpeg().toBuffer();
  const behind = (picture: Buffer): Buffer => Buffer.concat([picture, Buffer.from(TAINT)]);

  it.each([
    ['a JPEG with a page behind it', async () => behind(await jpeg())],
    ['a JPEG with a script as its comment', async () => withComment(await jpeg(), TAINT)],
    ['a PNG with a page behind it', async () => behind(card)],
    ['a PNG with a script as its text', async () => withChunk(card, 'tEXt', Buffer.from(`Comment\0${TAINT}`))],
    ['a WebP with a page behind it', async () => behind(await testCard().webp().toBuffer())],
    ['a GIF with a page behind it', async () => behind(await testCard().gif().toBuffer())],
    [
      'a picture with XMP',
      async () => testCard().withXmp(`<x:xmpmeta xmlns:x="adobe:ns:meta/">${TAINT}</x:xmpmeta>`).jpeg().toBuffer(),
    ],
  ])('comes out as the picture alone: %s', async (_what, source) => {
    const content = await source();
    expect(content.includes('taint')).toBe(true);
    const { saved } = await desk.run(content, { variants: VARIANTS });
    expect([...saved.values()].map((made) => made.includes('taint'))).toEqual(FORMATS.map(() => false));
  });

  it('is what its first bytes are: a page with a picture behind it is none', async () => {
    expect(await refusal(Buffer.concat([Buffer.from(TAINT), card]))).toMatchObject({ code: 'unsupported_image' });
  });
});

describe('a bomb', () => {
  it.each([
    ['png', 0x7fff_ffff],
    ['png', 100_000],
    ['jpeg', 65_535],
    ['gif', 30_000],
    ['webp', 16_383],
    ['avif', 30_000],
    ['avif', 0x7fff_ffff],
  ] as const)('is refused by its header when it is a %s of %d pixels a side', async (format, side) => {
    const error = await refusal(claiming(await testCard().toFormat(format).toBuffer(), side));
    expect(error.code).toMatch(/^(image_too_large|corrupt_image)$/);
    expect(error.message).toMatch(/[^\s:]$/);
  });

  it('is refused when it has no pixels', async () => {
    expect(await refusal(claiming(card, 0))).toMatchObject({ code: 'corrupt_image' });
  });

  it.each(['zTXt', 'iCCP'])('is harmless when it is the %s of a PNG that grows to 200 MiB', async (type) => {
    const packed = deflateSync(Buffer.alloc(200 * 1024 ** 2));
    const bomb = withChunk(card, type, Buffer.concat([Buffer.from('name\0\0'), packed]));
    const error: unknown = await desk.run(bomb, { variants: VARIANTS }).catch((thrown: unknown) => thrown);
    if (error instanceof Error) expect(error).toMatchObject({ name: 'PermanentError', code: 'corrupt_image' });
  });

  it('is refused when it is a JPEG of thousands of passes', async () => {
    const passes = manyPasses(await testCard().jpeg({ progressive: true }).toBuffer(), 5_000);
    expect(await refusal(passes)).toMatchObject({ code: 'corrupt_image' });
  });

  it('is refused when it is an animation of more pictures than can be drawn', async () => {
    const variants = [{ name: 'a', format: 'gif', watermark: { text: 'Leveret' } }];
    expect(await refusal(restlessGif(5_001), variants)).toMatchObject({
      code: 'image_too_large',
      message: 'The animation has 5001 pictures; at most 5000 can be drawn',
    });
    const { result } = await desk.run(restlessGif(5_001), { variants: [{ name: 'a', format: 'png' }] });
    expect(result.variants).toHaveLength(1);
  });
});
