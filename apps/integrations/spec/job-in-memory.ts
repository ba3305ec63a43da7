import { buffer } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { type JobContext, PermanentError } from '#libs/consumer';

/** A job whose files lie in memory, for tests of a handler alone. */
export interface JobInMemory {
  readonly context: JobContext;
  /** Puts a file in front of the job. */
  give(content: Buffer, contentType?: string): { key: string };
  /** What the job stored, by the name it gave. */
  readonly saved: ReadonlyMap<string, Buffer>;
  /** The progress that it told. */
  readonly told: readonly { readonly percent: number; readonly message: string | undefined }[];
  /** What it noted in its log at the level `info`. */
  readonly logged: readonly (readonly unknown[])[];
}

/** Makes a job of the tenant `default`. */
export function jobInMemory(
  about: Partial<Pick<JobContext, 'id' | 'tenant' | 'traceparent' | 'signal' | 'run' | 'attempt'>> = {},
): JobInMemory {
  const given = new Map<string, { content: Buffer; contentType: string }>();
  const saved = new Map<string, Buffer>();
  const told: JobInMemory['told'][number][] = [];
  const logged: unknown[][] = [];
  const silent = (): void => undefined;
  const { tenant = 'default' } = about;
  const described = { filename: 'file', sha256: '' };
  const context: JobContext = {
    ...{ id: '01970000-0000-7000-8000-000000000001', task: 'integrations.call-api', tenant },
    ...{ attempt: 1, run: 1, maxAttempts: 5, metadata: {}, dueAt: '2026-01-01T00:00:00.000Z', traceparent: null },
    ...{ signal: new AbortController().signal, ...about },
    log: { debug: silent, info: (...line) => void logged.push(line), warn: silent, error: silent },
    spawn: () => Promise.reject(new Error('A job in memory spawns nothing.')),
    progress: async (percent, message) => void told.push({ percent, message }),
    files: {
      open: async ({ key }) => {
        const file = given.get(key);
        if (file === undefined) throw new PermanentError('file_not_found', `There is no file ${key}`);
        const { content, contentType } = file;
        return {
          reference: { ...described, key, contentType, size: content.length },
          stream: Readable.from([content]),
        };
      },
      save: async (name, content, file) => {
        const bytes = await buffer(content);
        saved.set(name, bytes);
        return { ...described, key: `${tenant}/job/1-${name}`, ...file, size: bytes.length };
      },
    },
  };
  const give = (content: Buffer, contentType = 'application/octet-stream'): { key: string } => {
    const key = `${tenant}/01970000-0000-7000-8000-${String(given.size).padStart(12, '0')}`;
    given.set(key, { content, contentType });
    return { key };
  };
  return { context, give, saved, told, logged };
}
