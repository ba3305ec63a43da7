export { LinkSigner } from './link-signer.js';
export { openStorage } from './open-storage.js';
export { type ByteRange, type FileDescription, type Storage, type StoredContent } from './storage.js';
export { FileMissingError, FileTooLargeError, StorageFullError, StorageUnavailableError } from './storage-error.js';
export { belongsTo, keptKey, outputKey, parseKey, uploadKey } from './storage-key.js';
