import { DiskStorage } from './disk-storage.js';
import { type Storage } from './storage.js';
import { parseStorageUrl } from './storage-url.js';

/**
 * Opens the storage that a `STORAGE_URL` names: a folder, `file:///path`, made when it is missing; or a bucket,
 * `s3://bucket?endpoint=…&region=…`, which is first spoken to when it is used. Credentials for a bucket come from the
 * AWS SDK's own chain. The SDK is loaded for a bucket only.
 * @throws {TypeError} when the URL has another form
 * @throws {StorageUnavailableError} when the folder cannot be used
 */
export async function openStorage(url: string): Promise<Storage> {
  const location = parseStorageUrl(url);
  if (location.kind === 'disk') return DiskStorage.open(location.folder);
  const { S3Storage } = await import('./s3-storage.js');
  return new S3Storage(location);
}
