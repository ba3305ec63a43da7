import { type Readable } from 'node:stream';
import { type JobFiles } from '#libs/consumer';
import { isRecord } from '#libs/contracts';
import { parseKey } from '#libs/storage';

/** The fields that a reference to a stored file has. */
const REFERENCE: ReadonlySet<string> = new Set(['key', 'filename', 'contentType', 'size', 'sha256', 'url']);

/** What is sent, and the headers that go with it. */
export interface RequestBody {
  readonly headers: Readonly<Record<string, string>>;
  readonly content?: string | Readable;
}

/** The body of a call. A file is opened, and is read or destroyed by whoever gets it. @throws PermanentError `file_not_found` */
export async function requestBody(body: unknown, files: Pick<JobFiles, 'open'>): Promise<RequestBody> {
  if (body === undefined || body === null) return { headers: {} };
  if (typeof body === 'string') return { headers: { 'content-type': 'text/plain; charset=utf-8' }, content: body };
  if (!isFile(body)) return { headers: { 'content-type': 'application/json' }, content: JSON.stringify(body) };
  const { reference, stream } = await files.open(body);
  const { contentType, size } = reference;
  return { headers: { 'content-type': contentType, 'content-length': String(size) }, content: stream };
}

// An object that has a key as stored files have it and no field but theirs is no JSON of anybody's API.
function isFile(body: unknown): body is { readonly key: string } {
  return (
    isRecord(body) && parseKey(body['key']) !== undefined && Object.keys(body).every((name) => REFERENCE.has(name))
  );
}
