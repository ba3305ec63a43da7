import { type Readable } from 'node:stream';
import { type JobContext, type JobLog, type JobToSpawn } from '#libs/consumer';
import { FilesInMemory, type GivenFile, type RunHooks } from './files-in-memory.js';

/** Progress as a handler told it. */
export interface ToldProgress {
  readonly percent: number;
  readonly message: string | undefined;
}

/** A line as a handler wrote it. */
export interface LoggedLine {
  readonly level: keyof JobLog;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>> | undefined;
}

/** What a test may decide about a run of a job: anything that its handler sees, and what happens meanwhile. */
export interface JobOptions extends Partial<Omit<JobContext, 'progress' | 'log' | 'files' | 'spawn'>>, RunHooks {
  /** Runs when the handler tells progress. */
  readonly onProgress?: () => void;
}

/** A run of a job, for tests of its handler alone: no broker, no storage, nothing that has to be started. */
export interface JobInMemory {
  /** What the handler is given by `@Ctx()`. */
  readonly context: JobContext;
  /** Puts a file in front of the job; what it gives is one for a payload. */
  give(content: Buffer | Readable, about?: GivenFile): { key: string };
  /** What the run has stored, by the names that it gave. */
  readonly saved: ReadonlyMap<string, Buffer>;
  /** All that it told, in order; none is left out, as some would be on their way. */
  readonly progress: readonly ToldProgress[];
  readonly logged: readonly LoggedLine[];
  /** The jobs that it started, by their keys; a key that came before starts nothing. */
  readonly spawned: ReadonlyMap<string, JobToSpawn>;
  /** The next run of the same job, or of one with another id, which sees the files of those before. What is not said again is as it was. */
  again(options?: JobOptions): JobInMemory;
}

/** Makes the first run of a job of the tenant `default`. */
export function jobInMemory(options: JobOptions = {}): JobInMemory {
  return runInMemory(options, new FilesInMemory());
}

function runInMemory(options: JobOptions, files: FilesInMemory): JobInMemory {
  const { onProgress, onSave, discard, ...about } = options;
  const saved = new Map<string, Buffer>();
  const progress: ToldProgress[] = [];
  const logged: LoggedLine[] = [];
  const spawned = new Map<string, JobToSpawn>();
  const facts = { ...usual(), ...about };
  const hooks = { ...(onSave && { onSave }), ...(discard !== undefined && { discard }) };
  const context: JobContext = {
    ...facts,
    progress: async (percent, message) => {
      progress.push({ percent, message });
      onProgress?.();
    },
    log: logInto(logged),
    files: files.of(facts, saved, hooks),
    spawn: async (jobs) => {
      for (const job of jobs) if (!spawned.has(job.key)) spawned.set(job.key, job);
      return jobs.map(({ key }) => `${facts.id}/${key}`);
    },
  };
  return {
    ...{ context, saved, progress, logged, spawned },
    give: (content, given = {}) => files.give(facts.tenant, content, given),
    again: (more = {}) => runInMemory({ ...options, run: facts.run + 1, ...more }, files),
  };
}

function usual(): Omit<JobContext, 'progress' | 'log' | 'files' | 'spawn'> {
  return {
    ...{ id: '01970000-0000-7000-8000-000000000001', task: 'test.task', tenant: 'default' },
    ...{ attempt: 1, run: 1, maxAttempts: 5, metadata: {}, dueAt: '2026-01-01T00:00:00.000Z', traceparent: null },
    signal: new AbortController().signal,
  };
}

function logInto(lines: LoggedLine[]): JobLog {
  const at =
    (level: keyof JobLog): JobLog['info'] =>
    (message, fields) =>
      void lines.push({ level, message, fields });
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
