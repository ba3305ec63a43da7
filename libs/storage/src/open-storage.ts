import { fileURLToPath } from 'node:url';
import { DiskStorage } from './disk-storage.js';
import { type Storage } from './storage.js';

/**
 * Opens the storage that a `STORAGE_URL` names: `file:///path`.
 * @throws {TypeError} when the URL has another form
 * @throws {StorageUnavailableError} when the folder cannot be used
 */
export async function openStorage(url: string): Promise<Storage> {
  return DiskStorage.open(fileURLToPath(url));
}
