import 'reflect-metadata';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import sharp, { type Sharp } from 'sharp';
import { difference } from '../../../spec/difference.js';
import { ImageDesk } from '../../../spec/image-desk.js';
import { CARD, testCard } from '../../../spec/test-card.js';

let desk: ImageDesk;

beforeAll(async () => {
  desk = await ImageDesk.open();
});

afterEach(async () => {
  expect(await desk.left()).toEqual([]);
});

afterAll(() => desk.close());

/** Of a picture of this size, what encoding alone changes. */
const SAME = 0.03;
/** Of a picture that was made for printing: ink cannot show every colour, and these have no profile that says which. */
const PRINTED = 0.15;

const half = (picture: Sharp): Promise<Buffer> => picture.clone().resize(80, 50).png().toBuffer();
const PNG = (picture: Sharp): Promise<Buffer> => picture.clone().png().toBuffer();

describe('a variant looks like its source', () => {
  const lying = async (): Promise<Buffer> =>
    sharp(await PNG(sharp(await PNG(testCard())).rotate(-90)))
      .withMetadata({ orientation: 6 })
      .jpeg({ quality: 95, chromaSubsampling: '4:4:4' })
      .toBuffer();

  it.each([
    ['turned by Exif', lying],
    ['CMYK', () => testCard().toColourspace('cmyk').jpeg({ quality: 95 }).toBuffer()],
    ['of a wide gamut', () => testCard().withIccProfile('p3').png().toBuffer()],
    ['of 16 bits a channel', () => testCard().toColourspace('rgb16').png().toBuffer()],
    ['a palette', () => testCard().png({ palette: true, colours: 64 }).toBuffer()],
    ['WebP', () => testCard().webp({ quality: 90 }).toBuffer()],
    ['AVIF', () => testCard().avif({ quality: 80 }).toBuffer()],
  ])('that is %s', async (what, source) => {
    const reference = sharp(await half(testCard()));
    for (const format of ['png', 'jpeg', 'webp', 'avif']) {
      const picture = await desk.drawn(await source(), { width: 80, format, quality: 90 });
      expect(await difference(picture, reference)).toBeLessThan(what === 'CMYK' ? PRINTED : SAME);
    }
    const other = sharp(await half(testCard().flop()));
    expect(await difference(await desk.drawn(await source(), { width: 80 }), other)).toBeGreaterThan(0.2);
  });

  it('that is transparent', async () => {
    const holed = await testCard()
      .composite([
        {
          input: Buffer.from([0, 0, 0, 255]),
          raw: { width: 1, height: 1, channels: 4 },
          tile: false,
          blend: 'dest-out',
        },
      ])
      .png()
      .toBuffer();
    const clear = await sharp(holed).ensureAlpha(0.4).png().toBuffer();
    const reference = sharp(await half(sharp(clear)));
    for (const format of ['png', 'webp', 'avif', 'jpeg']) {
      const picture = await desk.drawn(clear, { width: 80, format, quality: 90 });
      expect((await picture.metadata()).hasAlpha).toBe(format !== 'jpeg');
      expect(await difference(picture, reference)).toBeLessThan(SAME);
    }
  });
});

describe('an animation', () => {
  const animated = async (format: 'gif' | 'webp'): Promise<Buffer> => {
    const frames = [await PNG(testCard()), await PNG(testCard().flop()), await PNG(testCard().flip())];
    const joined = sharp(frames, { join: { animated: true } });
    return format === 'gif'
      ? joined.gif({ delay: [120, 120, 120], loop: 3 }).toBuffer()
      : joined.webp({ delay: [120, 120, 120], loop: 3, quality: 90 }).toBuffer();
  };

  it.each([
    ['gif', undefined, 'gif'],
    ['webp', undefined, 'webp'],
    ['gif', 'webp', 'webp'],
    ['webp', 'gif', 'gif'],
  ] as const)('stays one from %s to %s', async (from, format, to) => {
    const { result, saved } = await desk.run(await animated(from), { variants: [{ name: 'a', width: 80, format }] });
    expect(result.variants).toMatchObject([{ width: 80, height: 50, format: to }]);
    const picture = sharp(saved.get(`a.${to}`), { animated: true });
    expect(await picture.metadata()).toMatchObject({ pages: 3, pageHeight: 50, delay: [120, 120, 120], loop: 3 });
    const expected = [testCard(), testCard().flop(), testCard().flip()];
    for (const [page, frame] of expected.entries()) {
      const shown = sharp(saved.get(`a.${to}`), { page });
      expect(await difference(shown, sharp(await half(sharp(await PNG(frame)))))).toBeLessThan(0.06);
    }
  });

  it('becomes its first picture in formats that do not move', async () => {
    for (const format of ['png', 'jpeg', 'avif']) {
      const picture = await desk.drawn(await animated('gif'), { width: 80, format });
      expect((await picture.metadata()).pages ?? 1).toBe(1);
      expect(await difference(picture, sharp(await half(testCard())))).toBeLessThan(SAME);
    }
  });

  it('has its watermark and its round corners in every picture', async () => {
    const wish = {
      format: 'webp',
      width: 80,
      rounded: 20,
      watermark: { text: 'XXXX', opacity: 1, position: 'center' },
    };
    const { saved } = await desk.run(await animated('gif'), { variants: [{ name: 'a', ...wish }] });
    for (const page of [0, 1, 2]) {
      const { data } = await sharp(saved.get('a.webp'), { page })
        .ensureAlpha()
        .raw()
        .toBuffer({ resolveWithObject: true });
      expect(data[3]).toBe(0);
      const middle = data.subarray(4 * (25 * 80 + 30), 4 * (25 * 80 + 50));
      expect(Math.max(...middle)).toBeGreaterThan(240);
    }
  });

  it('keeps its shape when Exif says that it has to be turned', async () => {
    const lying = await sharp(await animated('webp'), { animated: true })
      .withMetadata({ orientation: 6 })
      .webp({ quality: 90 })
      .toBuffer();
    expect((await sharp(lying).metadata()).orientation).toBe(6);
    const { result, saved } = await desk.run(lying, { variants: [{ name: 'a', width: 80 }] });
    expect(result.variants).toMatchObject([{ width: 80, height: 50 }]);
    expect(await difference(sharp(saved.get('a.webp'), { page: 0 }), sharp(await half(testCard())))).toBeLessThan(0.06);
  });

  it.each(['gif', 'webp'] as const)('is blurred picture by picture, and moves on as a %s', async (format) => {
    const shades = ['#f00', '#00f', '#0f0'];
    const frames = shades.map((background) => sharp({ create: { width: 80, height: 50, channels: 3, background } }));
    const joined = sharp(await Promise.all(frames.map(PNG)), { join: { animated: true } });
    const source = await joined.gif({ delay: [100, 200, 300], loop: 3 }).toBuffer();
    const wish = { name: 'a', width: 40, blur: 15, format, quality: 100 };
    const { saved } = await desk.run(source, { variants: [wish] });
    const whole = sharp(saved.get(`a.${format}`), { animated: true });
    expect(await whole.metadata()).toMatchObject({ pages: 3, pageHeight: 25, delay: [100, 200, 300], loop: 3 });
    for (const [page, frame] of frames.entries()) {
      const shown = sharp(saved.get(`a.${format}`), { page });
      expect(await difference(shown, frame.clone().resize(40, 25))).toBeLessThan(0.01);
    }
    const still = await desk.drawn(await animated('gif'), { width: 80, blur: 3, format: 'png' });
    const reference = sharp(await PNG(sharp(await half(testCard())).blur(3)));
    expect(await difference(still, reference)).toBeLessThan(SAME);
  });

  it('is refused when all its pictures are too many pixels', async () => {
    const create = { width: 2_000, height: 2_000, channels: 3 } as const;
    const frames = Array.from({ length: 14 }, (_, shade) =>
      sharp({ create: { ...create, background: { r: 9 * shade, g: 0, b: 0 } } })
        .png()
        .toBuffer(),
    );
    const many = await sharp(await Promise.all(frames), { join: { animated: true }, limitInputPixels: false })
      .gif()
      .toBuffer();
    await expect(desk.run(many, { variants: [{ name: 'a', width: 100 }] })).rejects.toMatchObject({
      code: 'image_too_large',
    });
  });
});

describe('a crop', () => {
  /** Grey, with something to look at in one place. */
  const busy = async (left: number): Promise<Buffer> => {
    const card = await testCard().resize(60, 60, { fit: 'fill' }).png().toBuffer();
    const ground = sharp({ create: { width: 400, height: 100, channels: 3, background: '#777' } });
    return ground
      .composite([{ input: card, left, top: 20 }])
      .png()
      .toBuffer();
  };

  it.each(['attention', 'entropy'])('finds what there is to see by %s', async (crop) => {
    for (const left of [20, 320]) {
      const { data } = await (
        await desk.drawn(await busy(left), { width: 100, height: 100, fit: 'cover', crop })
      )
        .raw()
        .toBuffer({ resolveWithObject: true });
      expect(data.filter((byte) => Math.abs(byte - 0x77) > 40).length).toBeGreaterThan(3_000);
    }
  });

  it('keeps the side that is asked for', async () => {
    const cut = async (crop: string): Promise<Sharp> =>
      desk.drawn(await PNG(testCard()), { width: 100, height: 100, fit: 'cover', crop });
    const side = async (left: number): Promise<Sharp> =>
      sharp(await PNG(testCard().extract({ left, top: 0, width: 100, height: 100 })));
    expect(await difference(await cut('west'), await side(0))).toBeLessThan(SAME);
    expect(await difference(await cut('east'), await side(60))).toBeLessThan(SAME);
    expect(await difference(await cut('center'), await side(30))).toBeLessThan(SAME);
  });
});

describe('an effect', () => {
  it('blurs as much as is asked for', async () => {
    const reference = sharp(await PNG(testCard().blur(4)));
    expect(await difference(await desk.drawn(await PNG(testCard()), { blur: 4 }), reference)).toBeLessThan(0.01);
    expect(await difference(await desk.drawn(await PNG(testCard()), { blur: 0.4 }), reference)).toBeGreaterThan(0.05);
  });

  it.each([
    ['png', 0],
    ['webp', 0],
    ['jpeg', 255],
  ])('rounds the corners of a %s', async (format, corner) => {
    const picture = await desk.drawn(await PNG(testCard()), { rounded: 30, format });
    const { data, info } = await picture.raw().toBuffer({ resolveWithObject: true });
    expect(info).toMatchObject(CARD);
    const at = (x: number, y: number): number => data[(y * info.width + x + 1) * info.channels - 1] ?? -1;
    for (const [x, y] of [
      [0, 0],
      [159, 0],
      [0, 99],
      [159, 99],
    ] as const)
      expect(Math.abs(at(x, y) - corner)).toBeLessThan(12);
    if (info.channels === 4)
      for (const [x, y] of [
        [30, 0],
        [0, 30],
        [80, 50],
        [10, 10],
      ] as const)
        expect(at(x, y)).toBe(255);
    const inner = { left: 15, top: 15, width: 130, height: 70 };
    const kept = sharp(await picture.clone().extract(inner).png().toBuffer());
    expect(await difference(kept, sharp(await PNG(testCard().extract(inner))))).toBeLessThan(SAME);
  });

  it('makes a circle of a square when the radius is half of it', async () => {
    const picture = await desk.drawn(await PNG(testCard()), { width: 60, height: 60, fit: 'cover', rounded: 500 });
    const { data } = await picture.raw().toBuffer({ resolveWithObject: true });
    const opaque = data.filter((byte, index) => index % 4 === 3 && byte > 127).length;
    expect(Math.abs(opaque - Math.PI * 30 * 30)).toBeLessThan(60);
  });
});

describe('several pictures', () => {
  it('are made of one source by a srcset, none larger than it', async () => {
    const { result } = await desk.run(await PNG(testCard()), {
      variants: [{ name: 'a', srcset: [40, 80, 320], format: 'webp' }],
    });
    expect(result.variants.map(({ name, width, height }) => [name, width, height])).toEqual([
      ['a-40', 40, 25],
      ['a-80', 80, 50],
      ['a-320', 160, 100],
    ]);
  });

  it('are made of several sources in one job, which says of each whose it is', async () => {
    const sources = [await PNG(testCard()), await PNG(testCard().flop()), await PNG(testCard())];
    const { result, saved, progress } = await desk.run(sources, {
      variants: [
        { name: 'a', width: 80 },
        { name: 'b', width: 20, format: 'jpeg' },
      ],
    });
    expect(result.variants.map(({ source, name, file }) => [source, name, file.filename])).toEqual([
      [0, 'a', '0-a.png'],
      [0, 'b', '0-b.jpg'],
      [1, 'a', '1-a.png'],
      [1, 'b', '1-b.jpg'],
      [2, 'a', '2-a.png'],
      [2, 'b', '2-b.jpg'],
    ]);
    expect(await difference(sharp(saved.get('1-a.png')), sharp(await half(sharp(sources[1]))))).toBeLessThan(SAME);
    expect(progress.at(-1)).toEqual({ percent: 100, message: '6 of 6 variants' });
  });

  it('stand side by side in a sprite', async () => {
    const sources = [await PNG(testCard()), await PNG(testCard().flop()), await PNG(testCard().flip())];
    const { result, saved } = await desk.run(sources, { sprite: { width: 80, height: 50, format: 'png' } });
    expect(result).toMatchObject({
      variants: [],
      sprite: { width: 160, height: 100, columns: 2, cell: { width: 80, height: 50 }, format: 'png' },
    });
    const places = [
      [0, 0],
      [80, 0],
      [0, 50],
    ] as const;
    for (const [index, [left, top]] of places.entries()) {
      const cell = sharp(
        await sharp(saved.get('sprite.png')).extract({ left, top, width: 80, height: 50 }).png().toBuffer(),
      );
      expect(await difference(cell, sharp(await half(sharp(sources[index]))))).toBeLessThan(SAME);
    }
  });

  it('are told of one by one when they become a sprite, with its end last', async () => {
    const sources = [await PNG(testCard()), await PNG(testCard().flop())];
    const sprite = { width: 80, height: 50 };
    const alone = await desk.run(sources, { sprite });
    expect(alone.progress.map(({ percent }) => Math.round(percent))).toEqual([33, 67, 100]);
    expect(alone.progress.at(-1)?.message).toBe('sprite');
    const both = await desk.run(sources, { sprite, variants: [{ name: 'a', width: 8 }] });
    expect(both.progress.map(({ percent }) => percent)).toEqual([20, 40, 60, 80, 100]);
    expect(both.progress.at(-1)?.message).toBe('sprite');
  });

  it('are refused before any is looked at when their sprite has no room in its format', async () => {
    const sources = Array.from({ length: 20 }, (_, index) => Buffer.from(`no picture ${String(index)}`));
    const tower = { width: 100, height: 1_000, columns: 1 };
    await expect(desk.run(sources, { sprite: tower })).rejects.toMatchObject({
      code: 'image_too_large',
      message: 'The sprite has 100 x 20000 pixels; webp allows 16383 a side',
    });
  });

  it('fail with the source that is at fault', async () => {
    const sources = [await PNG(testCard()), Buffer.from('no picture')];
    await expect(desk.run(sources, { variants: [{ name: 'a', width: 8 }] })).rejects.toMatchObject({
      code: 'unsupported_image',
    });
  });
});
