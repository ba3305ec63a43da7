import { describe, expect, it } from '@jest/globals';
import sharp from 'sharp';
import { HEAD_BYTES, imageKind } from './image-kind.js';

const picture = sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } });

describe('imageKind', () => {
  it.each(['jpeg', 'png', 'webp', 'gif', 'avif'] as const)('knows %s by its first bytes', async (format) => {
    const file = await picture.clone().toFormat(format).toBuffer();
    expect(imageKind(file.subarray(0, HEAD_BYTES))).toBe(format);
  });

  it('knows none of the formats that are not read', async () => {
    const tiff = await picture.clone().tiff().toBuffer();
    expect(imageKind(tiff.subarray(0, HEAD_BYTES))).toBeUndefined();
    expect(imageKind(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'))).toBeUndefined();
    expect(imageKind(Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'latin1'))).toBeUndefined();
    expect(imageKind(Buffer.from('%PDF-1.7'))).toBeUndefined();
    expect(imageKind(Buffer.alloc(0))).toBeUndefined();
  });
});
