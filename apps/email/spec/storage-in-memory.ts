import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { FileMissingError, type Storage } from '#libs/storage';

/** What whoever keeps small files needs of the storage, in memory. */
export function storageInMemory(): Pick<Storage, 'read' | 'put' | 'create' | 'remove'> {
  const files = new Map<string, Buffer>();
  const reference = (key: string, content: Buffer): Awaited<ReturnType<Storage['put']>> => {
    return { key, filename: 'file', contentType: 'application/json', size: content.length, sha256: '' };
  };
  return {
    read: async (key) => {
      const content = files.get(key);
      if (content === undefined) throw new FileMissingError(key);
      return { reference: reference(key, content), stream: Readable.from([content]) };
    },
    put: async (key, stream) => {
      const content = await buffer(stream);
      files.set(key, content);
      return reference(key, content);
    },
    create: async (key, content) => {
      if (files.has(key)) return false;
      files.set(key, content);
      return true;
    },
    remove: async (key) => files.delete(key),
  };
}
