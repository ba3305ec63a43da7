import { type MultipartFile } from '@fastify/multipart';
import { type FastifyRequest } from 'fastify';
import { type FileReference } from '#libs/contracts';
import { FileTooLargeError, type Storage, StorageFullError, uploadKey } from '#libs/storage';
import { invalidField, Problem } from '../http/problem.js';
import { tooLarge } from '../http/read-body.js';
import { type UploadStore } from '../ledger/upload-store.js';

const PART = 'file';

/** Where an upload goes, and how large it may be. */
export interface UploadTarget {
  readonly storage: Storage;
  readonly tenant: string;
  readonly maxBytes: number;
  readonly uploads: Pick<UploadStore, 'note'>;
}

/**
 * Streams the one part `file` of a multipart body into storage.
 * @throws Problem 413 over the limit, 422 for other parts; nothing is kept then
 */
export async function storeMultipart(request: FastifyRequest, target: UploadTarget): Promise<FileReference> {
  let stored: FileReference | undefined;
  try {
    for await (const part of request.parts({ limits: { fileSize: Number.MAX_SAFE_INTEGER, fields: 1, parts: 2 } })) {
      if (part.type !== 'file' || part.fieldname !== PART)
        throw invalidField(part.fieldname, `is no part of an upload: send the file as the part "${PART}"`);
      if (stored !== undefined) throw invalidField(PART, 'is there more than once');
      stored = await storePart(part, target);
    }
  } catch (error) {
    if (stored !== undefined) await target.storage.remove(stored.key);
    throw error;
  }
  if (stored === undefined) throw invalidField(PART, `is missing: send the file as the part "${PART}"`);
  return stored;
}

/** Streams a raw body into storage. @throws Problem 413 over the limit; nothing is kept then */
export async function storeRaw(
  request: FastifyRequest,
  filename: string,
  target: UploadTarget,
): Promise<FileReference> {
  if (Number(request.headers['content-length'] ?? 0) > target.maxBytes) throw tooLarge(target.maxBytes);
  return store(request.raw, { filename, contentType: request.headers['content-type'] ?? '' }, target);
}

async function storePart(part: MultipartFile, target: UploadTarget): Promise<FileReference> {
  try {
    return await store(part.file, { filename: part.filename, contentType: part.mimetype }, target);
  } finally {
    part.file.resume();
  }
}

async function store(
  content: MultipartFile['file'] | FastifyRequest['raw'],
  about: { filename: string; contentType: string },
  { storage, tenant, maxBytes, uploads }: UploadTarget,
): Promise<FileReference> {
  const key = uploadKey(tenant);
  await uploads.note(key);
  try {
    return await storage.put(key, content, { ...about, maxBytes });
  } catch (error) {
    if (error instanceof FileTooLargeError) throw tooLarge(maxBytes);
    if (error instanceof StorageFullError) throw error;
    if (content.errored !== null || content.destroyed) throw new Problem(400, 'The upload broke off before its end.');
    throw error;
  }
}
