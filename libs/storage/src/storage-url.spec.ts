import { describe, expect, it } from '@jest/globals';
import { parseStorageUrl } from './storage-url.js';

describe('A storage URL', () => {
  it.each([
    ['file:///var/lib/leveret', '/var/lib/leveret'],
    ['file:///with%20space/%C3%BC', '/with space/ü'],
  ])('names the folder in %p', (url, folder) => {
    expect(parseStorageUrl(url)).toEqual({ kind: 'disk', folder });
  });

  it.each([
    ['s3://files', { endpoint: undefined, region: undefined }],
    ['s3://files/?region=eu-central-1', { endpoint: undefined, region: 'eu-central-1' }],
    ['s3://files?endpoint=&region=', { endpoint: undefined, region: undefined }],
    ['s3://files?endpoint=http://127.0.0.1:9000', { endpoint: 'http://127.0.0.1:9000', region: undefined }],
    [
      's3://files?endpoint=https%3A%2F%2Fs3.example.com&region=auto',
      { endpoint: 'https://s3.example.com', region: 'auto' },
    ],
  ])('names the bucket in %p', (url, rest) => {
    expect(parseStorageUrl(url)).toEqual({ kind: 'bucket', bucket: 'files', ...rest });
  });

  it.each([
    ['', /no URL/],
    ['/var/lib/leveret', /no URL/],
    ['https://files', /begins with https:/],
    ['file://server/share', /three slashes/],
    ['file:///data?x=1', /%3F/],
    ['s3://', /bucket ""/],
    ['s3://Files', /bucket "Files"/],
    ['s3://fi_les', /bucket "fi_les"/],
    ['s3://files/folder', /a path/],
    ['s3://files?bucket=other', /parameter "bucket"/],
    ['s3://files?endpoint=ftp://host', /endpoint/],
    ['s3://files?endpoint=host:9000', /endpoint/],
    ['s3://files?endpoint=http://user:word@host', /endpoint/],
  ])('is refused when it is %p', (url, reason) => {
    expect(() => parseStorageUrl(url)).toThrow(TypeError);
    expect(() => parseStorageUrl(url)).toThrow(reason);
  });

  it('does not show credentials that somebody wrote into it', () => {
    expect(() => parseStorageUrl('s3://AKIAKEY:hunter2@files')).toThrow(/credentials/);
    expect(() => parseStorageUrl('s3://AKIAKEY:hunter2@files')).not.toThrow(/hunter2/);
  });
});
