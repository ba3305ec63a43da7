import { describe, expect, it } from '@jest/globals';
import { sizeIn } from './video-plan.js';

describe('sizeIn', () => {
  it.each([
    ['a wide video to 1080p', '1080p', { width: 3840, height: 2160 }, { width: 1920, height: 1080 }],
    ['a video that stands by its shorter side', '720p', { width: 1080, height: 1920 }, { width: 720, height: 1280 }],
    ['sides to even numbers', '480p', { width: 1279, height: 719 }, { width: 854, height: 480 }],
    ['nothing up', '1080p', { width: 640, height: 360 }, { width: 640, height: 360 }],
    ['nothing up, but makes it even', '480p', { width: 321, height: 241 }, { width: 320, height: 240 }],
    ['a strip until its longer side can be played', '1080p', { width: 8192, height: 16 }, { width: 4096, height: 8 }],
    ['a dot to the least that can be encoded', '480p', { width: 1, height: 1 }, { width: 2, height: 2 }],
  ] as const)('scales %s', (_what, format, source, size) => {
    expect(sizeIn(format, source)).toEqual(size);
  });
});
