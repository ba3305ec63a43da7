import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { plainToInstance } from 'class-transformer';
import { validate } from 'class-validator';
import { WebInput } from '../../sources/source-input.js';
import { ProcessVideoPayload, UsualWatermark } from './process-video.payload.js';

const key = 'default/01970000-0000-7000-8000-000000000000';
const source = { key };

function made(payload: object): ProcessVideoPayload {
  return plainToInstance(ProcessVideoPayload, payload);
}

/** The fields that are wrong. */
async function wrong(payload: object): Promise<readonly string[]> {
  const errors = await validate(made(payload), {
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: false,
  });
  return errors.map(({ property }) => property);
}

describe('ProcessVideoPayload', () => {
  it.each([
    ['a stored file', { source, format: '720p' }],
    ['the key of a file', { id: key, format: '720p' }],
    ['a URL', { source: 'https://example.com/a.mp4', format: '720p' }],
    ['several formats', { source, format: ['480p', '720p', '1080p'] }],
    ['the usual watermark', { source, format: '720p', watermark: true }],
    ['no watermark', { source, format: '720p', watermark: false }],
    ['a text as watermark', { source, format: '720p', watermark: '© Example' }],
    ['an image as watermark', { source, format: '720p', watermark: { image: source, opacity: 1 } }],
    ['no poster', { source, format: '720p', poster: false }],
  ])('takes %s', async (_what, payload) => {
    expect(await wrong(payload)).toEqual([]);
  });

  it('makes one form of what may be written in several', () => {
    const {
      source: link,
      format,
      watermark,
    } = made({ source: 'http://a.example/b.mp4', format: '720p', watermark: 'a' });
    expect(link).toEqual(WebInput.of('http://a.example/b.mp4'));
    expect(format).toEqual(['720p']);
    expect(watermark).toEqual({ text: 'a' });
    expect(made({ source, format: '720p', watermark: true }).watermark).toBeInstanceOf(UsualWatermark);
    expect(made({ source, format: '720p', watermark: false }).watermark).toBeUndefined();
  });

  it.each([
    ['no source', { format: '720p' }, 'source'],
    ['source and id', { source, id: key, format: '720p' }, 'id'],
    ['a path as id', { id: '../a', format: '720p' }, 'id'],
    ['a URL as id', { id: 'http://a.example/b.mp4', format: '720p' }, 'id'],
    ['a file URL', { source: 'file:///etc/passwd', format: '720p' }, 'source'],
    ['a protocol of ffmpeg', { source: 'concat:a|b', format: '720p' }, 'source'],
    ['an option', { source: '-i', format: '720p' }, 'source'],
    ['no format', { source }, 'format'],
    ['no format in the list', { source, format: [] }, 'format'],
    ['an unknown format', { source, format: '4k' }, 'format'],
    ['a format twice', { source, format: ['480p', '480p'] }, 'format'],
    ['a watermark of blanks', { source, format: '720p', watermark: ' ' }, 'watermark'],
    ['a watermark of 201 letters', { source, format: '720p', watermark: 'a'.repeat(201) }, 'watermark'],
    ['a number as watermark', { source, format: '720p', watermark: 1 }, 'watermark'],
    ['an unknown field', { source, format: '720p', codec: 'copy' }, 'codec'],
  ])('refuses %s', async (_what, payload, field) => {
    expect(await wrong(payload)).toEqual([field]);
  });
});
