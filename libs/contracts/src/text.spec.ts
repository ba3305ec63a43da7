import { describe, expect, it } from '@jest/globals';
import { clippedText, isStorableText, storableJson, utf8Length } from './text.js';

describe('storable text', () => {
  it('has neither U+0000 nor a lone surrogate', () => {
    expect(isStorableText('naïve 😀')).toBe(true);
    expect(isStorableText('a\0b')).toBe(false);
    expect(isStorableText('a\ud800b')).toBe(false);
  });

  it('is made by U+FFFD at any depth of a value, in names as well', () => {
    expect(storableJson({ 'a\0': ['\ud800', { b: 'c\0' }], n: 1, t: null })).toEqual({
      'a\uFFFD': ['\uFFFD', { b: 'c\uFFFD' }],
      n: 1,
      t: null,
    });
  });
});

describe('utf8Length', () => {
  it.each(['', 'abc', 'naïve', '€uro', '😀😀', 'a\ud800'])('agrees with the encoder on %j', (text) => {
    expect(utf8Length(text)).toBe(Buffer.byteLength(text.toWellFormed()));
  });
});

describe('clippedText', () => {
  it('leaves short text as it is', () => {
    expect(clippedText('short', 5)).toBe('short');
  });

  it('cuts between characters and stays within its bytes', () => {
    const clipped = clippedText('😀'.repeat(10), 16);
    expect(clipped).toBe('😀😀😀…');
    expect(Buffer.byteLength(clipped)).toBeLessThanOrEqual(16);
  });
});
