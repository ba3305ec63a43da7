import { createHash } from 'node:crypto';
import { PassThrough, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { type JobContext, type JobFiles, PermanentError } from '#libs/consumer';
import { outputKey } from '#libs/storage';

const CHUNK_BYTES = 65_536;

/** What is told of a file that is put in front of a job. */
export interface GivenFile {
  /** @default 'file' */
  readonly filename?: string;
  /** @default 'application/octet-stream' */
  readonly contentType?: string;
}

/** What a test has happen when a run stores files. */
export interface RunHooks {
  /** Runs before each file is stored; what it throws is the storage's error. */
  readonly onSave?: (name: string) => void | Promise<void>;
  /** Lets go of what is stored as it comes, for a run that stores more than a test can hold. @default false */
  readonly discard?: boolean;
}

type Run = Pick<JobContext, 'tenant' | 'id' | 'run'>;
type About = Required<GivenFile>;

interface KeptFile extends About {
  readonly content: Buffer | Readable;
}

/** The files that the runs of a job see: those that were given to it, and what each of them has stored. */
export class FilesInMemory {
  readonly #files = new Map<string, KeptFile>();

  /** Puts a file in front of the job, under a key as an upload has one. */
  give(tenant: string, content: Buffer | Readable, about: GivenFile): { key: string } {
    const key = `${tenant}/01970000-0000-7000-8000-${String(this.#files.size).padStart(12, '0')}`;
    this.#files.set(key, { filename: 'file', contentType: 'application/octet-stream', ...about, content });
    return { key };
  }

  /** The files as one run sees them; what it stores is noted by its name, too. */
  of({ tenant, id, run }: Run, saved: Map<string, Buffer>, { onSave, discard = false }: RunHooks): JobFiles {
    return {
      open: async ({ key }) => {
        const file = this.#files.get(key);
        if (file === undefined) throw new PermanentError('file_not_found', `There is no file ${JSON.stringify(key)}.`);
        const { content, ...about } = file;
        if (!Buffer.isBuffer(content)) return { reference: { key, ...about, size: 0, sha256: '' }, stream: content };
        return { reference: referenceOf(key, content, about), stream: Readable.from(inChunks(content)) };
      },
      save: async (name, stream, { filename, contentType }) => {
        const key = outputKey(tenant, id, run, name);
        await onSave?.(name);
        const content = discard ? await nothingOf(stream) : await buffer(stream);
        this.#files.set(key, { filename, contentType, content });
        saved.set(name, content);
        return referenceOf(key, content, { filename, contentType });
      },
    };
  }
}

function referenceOf(key: string, content: Buffer, about: About): Awaited<ReturnType<JobFiles['save']>> {
  return { key, ...about, size: content.length, sha256: createHash('sha256').update(content).digest('hex') };
}

/** As a file comes from a disk. */
function* inChunks(content: Buffer): Generator<Buffer> {
  for (let at = 0; at < content.length; at += CHUNK_BYTES) yield content.subarray(at, at + CHUNK_BYTES);
}

async function nothingOf(content: Readable): Promise<Buffer> {
  await pipeline(content, new PassThrough().resume());
  return Buffer.of();
}
