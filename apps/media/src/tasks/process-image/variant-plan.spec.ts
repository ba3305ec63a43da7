import { describe, expect, it } from '@jest/globals';
import { planVariant, sizeToDecode } from './variant-plan.js';

const source = { width: 4000, height: 3000 };
const canvas = (wish: Parameters<typeof planVariant>[1], of = source): string => {
  const { width, height } = planVariant(of, wish).canvas;
  return `${String(width)}x${String(height)}`;
};

describe('planVariant', () => {
  it('keeps the proportions when one side is given', () => {
    expect(canvas({ width: 1000, fit: 'fill' })).toBe('1000x750');
    expect(canvas({ height: 1000, fit: 'cover' })).toBe('1333x1000');
  });

  it('keeps the size when no side is given', () => {
    expect(canvas({ fit: 'inside' })).toBe('4000x3000');
  });

  it('fits the picture in, or covers the box with it', () => {
    expect(canvas({ width: 1000, height: 500, fit: 'inside' })).toBe('667x500');
    expect(canvas({ width: 1000, height: 500, fit: 'outside' })).toBe('1000x750');
  });

  it('gives exactly the box with cover, contain and fill', () => {
    for (const fit of ['cover', 'contain', 'fill'] as const) {
      expect(canvas({ width: 1000, height: 500, fit })).toBe('1000x500');
      expect(canvas({ width: 500, height: 1000, fit })).toBe('500x1000');
    }
  });

  it('scales for cover until both sides are covered, and cuts the rest', () => {
    const square = planVariant(source, { width: 600, height: 600, fit: 'cover' });
    expect(square).toMatchObject({ whole: { width: 800, height: 600 }, cut: true });
    const strip = planVariant(source, { width: 800, height: 300, fit: 'cover' });
    expect(strip).toMatchObject({ whole: { width: 800, height: 600 }, cut: true });
  });

  it('never enlarges the picture but for cover and fill', () => {
    const small = { width: 400, height: 300 };
    expect(canvas({ width: 1000, height: 1000, fit: 'inside' }, small)).toBe('400x300');
    expect(canvas({ width: 1000, height: 1000, fit: 'outside' }, small)).toBe('400x300');
    expect(canvas({ width: 1000, fit: 'cover' }, small)).toBe('400x300');
    expect(planVariant(small, { width: 1000, height: 1000, fit: 'contain' }).picture).toEqual(small);
    expect(planVariant(small, { width: 1000, height: 1000, fit: 'cover' }).picture).toEqual({
      width: 1000,
      height: 1000,
    });
  });

  it('never goes below one pixel', () => {
    expect(canvas({ width: 10, fit: 'inside' }, { width: 5000, height: 1 })).toBe('10x1');
  });
});

describe('sizeToDecode', () => {
  it('is the largest that any variant needs', () => {
    const thumb = planVariant(source, { width: 200, height: 200, fit: 'cover' });
    const wide = planVariant(source, { width: 1000, height: 100, fit: 'cover' });
    expect(sizeToDecode(source, [thumb])).toEqual({ width: 267, height: 200 });
    expect(sizeToDecode(source, [thumb, wide])).toEqual({ width: 1000, height: 750 });
  });

  it('is never above the source', () => {
    expect(sizeToDecode(source, [planVariant(source, { width: 8000, height: 10, fit: 'fill' })])).toEqual(source);
  });
});
