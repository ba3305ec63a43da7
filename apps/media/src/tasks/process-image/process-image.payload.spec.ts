import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { plainToInstance } from 'class-transformer';
import { validate, type ValidationError } from 'class-validator';
import { payloadSchema } from '../../../spec/payload-schema.js';
import { ProcessImagePayload } from './process-image.payload.js';

const source = { key: 'default/01970000-0000-7000-8000-000000000000' };
const small = { name: 'small', width: 10 };

/** What is wrong with a payload: a path and a message each. */
async function problems(payload: object): Promise<string[]> {
  const errors = await validate(plainToInstance(ProcessImagePayload, payload), {
    whitelist: true,
    forbidNonWhitelisted: true,
  });
  return errors.flatMap((error) => told(error, ''));
}

function told({ property, constraints, children }: ValidationError, parent: string): string[] {
  const own = Object.values(constraints ?? {}).map((message) => `${parent}${property}: ${message}`);
  return [...own, ...(children ?? []).flatMap((child) => told(child, `${parent}${property}.`))];
}

describe('ProcessImagePayload', () => {
  it.each([
    ['a side', { width: 16_384 }],
    ['both sides and a fit', { width: 1, height: 1, fit: 'cover' }],
    ['a format alone', { format: 'avif' }],
    ['a quality alone', { quality: 100 }],
    ['a text as watermark', { watermark: { text: '©', position: 'north', opacity: 0 } }],
    ['an image as watermark', { watermark: { image: source } }],
  ])('takes a variant that asks for %s', async (_what, wishes) => {
    expect(await problems({ source, variants: [{ name: 'a-1', ...wishes }] })).toEqual([]);
  });

  it('takes the URL of a picture, and says of other texts what is expected', async () => {
    expect(await problems({ source: 'https://example.com/a.jpg', variants: [small] })).toEqual([]);
    for (const source of ['file:///etc/passwd', '-i', '/etc/passwd', 'data:image/png;base64,AA']) {
      expect((await problems({ source, variants: [small] })).join()).toContain('or an http or https URL');
    }
  });

  it.each([
    ['no variant', []],
    ['51 variants', Array.from({ length: 51 }, (_, number) => ({ name: `v${String(number)}`, width: 1 }))],
    ['two variants of one name', [small, { ...small, width: 11 }]],
    ['a name that is no slug', [{ ...small, name: '../A' }]],
    ['a name of 51 letters', [{ ...small, name: 'a'.repeat(51) }]],
    ['a variant that asks for nothing', [{ name: 'a' }]],
    ['a fit without a size', [{ name: 'a', fit: 'cover' }]],
    ['a width of 0', [{ ...small, width: 0 }]],
    ['a width above 16384', [{ ...small, width: 16_385 }]],
    ['half a pixel', [{ ...small, height: 1.5 }]],
    ['an unknown format', [{ ...small, format: 'tiff' }]],
    ['a quality of 101', [{ ...small, quality: 101 }]],
    ['an unknown field', [{ ...small, colour: 1 }]],
    [
      'two pictures of one name by a srcset',
      [
        { name: 'a', srcset: [10] },
        { ...small, name: 'a-10' },
      ],
    ],
    ['a srcset beside a width', [{ ...small, srcset: [10] }]],
    ['an unknown crop', [{ ...small, crop: 'face' }]],
    ['a blur of nothing', [{ ...small, blur: 0 }]],
    [
      'more pictures than a result has room for',
      Array.from({ length: 11 }, (_, at) => ({
        name: `v${String(at)}`,
        srcset: Array.from({ length: 10 }, (_, width) => width + 1),
      })),
    ],
    ['an empty watermark', [{ ...small, watermark: {} }]],
    ['a watermark of text and image', [{ ...small, watermark: { text: 'a', image: source } }]],
    ['a watermark of blanks', [{ ...small, watermark: { text: '  ' } }]],
    ['a watermark of 201 letters', [{ ...small, watermark: { text: 'a'.repeat(201) } }]],
    ['a watermark by URL', [{ ...small, watermark: { image: 'https://example.com/a.png' } }]],
    ['an unknown position', [{ ...small, watermark: { text: 'a', position: 'top' } }]],
    ['an opacity above 1', [{ ...small, watermark: { text: 'a', opacity: 1.1 } }]],
  ])('refuses %s', async (_what, variants) => {
    expect((await problems({ source, variants })).join()).toMatch(/^variants/);
  });

  it.each([
    ['several sources', { sources: [source, 'https://example.com/a.jpg'], variants: [small] }],
    ['a sprite without variants', { sources: [source], sprite: { width: 10, height: 10 } }],
    [
      'an animation and effects',
      { source, variants: [{ name: 'a', format: 'gif', blur: 1, rounded: 8, crop: 'attention' }] },
    ],
  ])('takes %s', async (_what, payload) => {
    expect(await problems(payload)).toEqual([]);
  });

  it.each([
    ['neither source nor sources', { variants: [small] }],
    ['both', { source, sources: [source], variants: [small] }],
    ['neither variants nor sprite', { source }],
    ['no sources in the list', { sources: [], variants: [small] }],
    ['more than 100 pictures', { sources: Array(51).fill(source), variants: [small, { ...small, name: 'b' }] }],
    ['a sprite without a cell', { source, sprite: {} }],
  ])('refuses %s', async (_what, payload) => {
    expect(await problems(payload)).not.toEqual([]);
  });

  it.each([
    ['a srcset alone', { srcset: [10, 20] }, true],
    ['both sides', { width: 10, height: 10 }, true],
    ['a srcset beside a width', { srcset: [10], width: 10 }, false],
    ['a srcset beside a height', { srcset: [10], height: 10 }, false],
    ['a fit without a size', { fit: 'cover' }, false],
  ])(
    'has a schema that says whether a variant may have %s, so that no job is entered in vain',
    (_what, wishes, may) => {
      const fits = new Ajv2020({ strict: false }).compile(payloadSchema(ProcessImagePayload));
      expect(fits({ source, variants: [{ name: 'a', ...wishes }] })).toBe(may);
    },
  );
});
