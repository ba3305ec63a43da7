import { buffer } from 'node:stream/consumers';
import { PassThrough, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type JobContext, PermanentError } from '#libs/consumer';

type StoredFile = Awaited<ReturnType<JobContext['files']['save']>>;

/** A job whose files lie in memory, for tests of a handler alone. */
export interface JobInMemory {
  readonly context: JobContext;
  /** Puts a file in front of the job. */
  give(content: Buffer | Readable): { key: string };
  /** What the job stored, by the name it gave. */
  readonly saved: ReadonlyMap<string, Buffer>;
  readonly progress: readonly { readonly percent: number; readonly message: string | undefined }[];
}

/** What a test may decide about a job. */
export interface JobOptions {
  readonly signal?: AbortSignal;
  /** Runs when the job tells its progress. */
  readonly onProgress?: () => void;
  /** Runs before each file is stored; what it throws is the storage's error. */
  readonly onSave?: (name: string) => void | Promise<void>;
  /** Lets go of what is stored as it comes, instead of keeping it. */
  readonly discard?: boolean;
}

/** Makes a job of the tenant `default`. */
export function jobInMemory({ signal, onProgress, onSave, discard = false }: JobOptions = {}): JobInMemory {
  const given = new Map<string, Buffer | Readable>();
  const saved = new Map<string, Buffer>();
  const progress: { percent: number; message: string | undefined }[] = [];
  const silent = (): void => undefined;
  const context: JobContext = {
    ...{ id: '01970000-0000-7000-8000-000000000001', task: 'exports.create', tenant: 'default' },
    ...{ attempt: 1, run: 1, maxAttempts: 5, metadata: {}, dueAt: '2026-01-01T00:00:00.000Z', traceparent: null },
    signal: signal ?? new AbortController().signal,
    log: { debug: silent, info: silent, warn: silent, error: silent },
    spawn: () => Promise.reject(new Error('A job in memory spawns nothing.')),
    progress: async (percent, message) => {
      progress.push({ percent, message });
      onProgress?.();
    },
    files: {
      open: async ({ key }) => {
        const content = given.get(key);
        if (content === undefined) throw new PermanentError('file_not_found', `There is no file ${key}`);
        const size = Buffer.isBuffer(content) ? content.length : 0;
        const stream = Buffer.isBuffer(content) ? Readable.from(inChunks(content)) : content;
        return { reference: { ...reference(key), size }, stream };
      },
      save: async (name, content, about) => {
        await onSave?.(name);
        const bytes = discard ? await nothingOf(content) : await buffer(content);
        saved.set(name, bytes);
        return { ...reference(`default/job/1-${name}`), ...about, size: bytes.length };
      },
    },
  };
  const give = (content: Buffer | Readable): { key: string } => {
    const key = `default/file-${String(given.size)}`;
    given.set(key, content);
    return { key };
  };
  return { context, give, saved, progress };
}

function reference(key: string): StoredFile {
  return { key, filename: 'file', contentType: 'application/octet-stream', size: 0, sha256: '' };
}

function* inChunks(content: Buffer): Generator<Buffer> {
  for (let at = 0; at < content.length; at += 65_536) yield content.subarray(at, at + 65_536);
}

async function nothingOf(content: AsyncIterable<Uint8Array>): Promise<Buffer> {
  await pipeline(content, new PassThrough().resume());
  return Buffer.of();
}
