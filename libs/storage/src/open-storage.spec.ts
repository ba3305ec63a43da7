import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { expect, it, jest } from '@jest/globals';
import { uploadKey } from './storage-key.js';

jest.unstable_mockModule('@aws-sdk/client-s3', () => {
  throw new Error('the S3 SDK was loaded');
});
const { openStorage } = await import('./open-storage.js');

it('opens a folder without loading the S3 SDK, which it loads for a bucket', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'leveret-storage-'));
  const storage = await openStorage(pathToFileURL(join(folder, 'made', 'by open')).href);
  const key = uploadKey('acme');
  await storage.put(key, Readable.from(['x']), { filename: 'x', contentType: 'text/plain' });
  expect((await storage.stat(key))?.size).toBe(1);
  await storage.close();
  await rm(folder, { recursive: true });
  await expect(openStorage('s3://files')).rejects.toThrow('the S3 SDK was loaded');
});
