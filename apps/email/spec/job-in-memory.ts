import { buffer } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { type JobContext, type JobToSpawn, PermanentError } from '#libs/consumer';
import { outputKey } from '#libs/storage';

/** A job whose files lie in memory, for tests of a handler alone. */
export interface JobInMemory {
  readonly context: JobContext;
  /** Another run of the same job, or a job with another id, which sees what the earlier ones stored. */
  again(about?: Partial<Pick<JobContext, 'id' | 'attempt' | 'maxAttempts' | 'signal'>>): JobInMemory;
  /** Puts a file in front of the job. */
  give(content: Buffer, about?: { readonly filename?: string; readonly contentType?: string }): { key: string };
  /** What is stored, by its key. */
  readonly stored: ReadonlyMap<string, Buffer>;
  /** What it started, in order; a key that came before starts nothing. */
  readonly spawned: ReadonlyMap<string, JobToSpawn>;
  /** What its handler wrote to its log. */
  readonly logged: readonly { readonly message: string; readonly fields: unknown }[];
}

const TENANT = 'default';

/** Makes a job of the tenant `default`. */
export function jobInMemory(
  about: Partial<Pick<JobContext, 'id' | 'attempt' | 'run' | 'maxAttempts' | 'signal'>> = {},
): JobInMemory {
  return withFiles(about, new Map(), new Map());
}

type About = { readonly filename: string; readonly contentType: string };

function withFiles(
  about: Partial<Pick<JobContext, 'id' | 'attempt' | 'run' | 'maxAttempts' | 'signal'>>,
  stored: Map<string, Buffer>,
  abouts: Map<string, About>,
): JobInMemory {
  const logged: { message: string; fields: unknown }[] = [];
  const spawned = new Map<string, JobToSpawn>();
  const log = (message: string, fields?: unknown): void => void logged.push({ message, fields });
  const { id = '01970000-0000-7000-8000-000000000001', run = 1 } = about;
  const reference = (key: string): About & { key: string; size: number; sha256: string } => {
    const { filename, contentType } = abouts.get(key) ?? { filename: 'file', contentType: 'text/plain' };
    return { key, filename, contentType, size: stored.get(key)?.length ?? 0, sha256: '' };
  };
  const context: JobContext = {
    ...{ id, task: 'email.send', tenant: TENANT, dueAt: '2026-01-01T00:00:00.000Z', traceparent: null },
    ...{ attempt: 1, run, maxAttempts: 5, metadata: {} },
    ...{ signal: new AbortController().signal, ...about },
    log: { debug: log, info: log, warn: log, error: log },
    progress: async () => undefined,
    spawn: async (jobs) => {
      for (const next of jobs) if (!spawned.has(next.key)) spawned.set(next.key, next);
      return jobs.map(({ key }) => `job of ${key}`);
    },
    files: {
      open: async ({ key }) => {
        const content = stored.get(key);
        if (content === undefined) throw new PermanentError('file_not_found', `There is no file ${key}`);
        return { reference: reference(key), stream: Readable.from([content]) };
      },
      save: async (name, content, described) => {
        const key = outputKey(TENANT, id, run, name);
        stored.set(key, await buffer(content));
        abouts.set(key, described);
        return reference(key);
      },
    },
  };
  return {
    ...{ context, stored, logged, spawned },
    again: (more = {}) => withFiles({ ...about, run: run + 1, ...more }, stored, abouts),
    give: (content, { filename = 'file', contentType = 'text/plain' } = {}) => {
      const key = `${TENANT}/given-${stored.size}`;
      stored.set(key, content);
      abouts.set(key, { filename, contentType });
      return { key };
    },
  };
}
