import { isFinal, isRecord, type Job } from '#libs/contracts';
import { type JobState, type JobUpdate, type LogLine, statusOf, type StatusUpdate } from './job-update.js';
import { type ServerSentEvent } from './server-sent-events.js';

type Body = Readonly<Record<string, unknown>>;

/** What has been heard of a job: makes updates of what is new, and drops what is known or older. */
export class JobMemory {
  #state: JobState | undefined;
  /** The version of the newest line, and its lines: those that come after the end of the job have one version. */
  #linesVersion = -1;
  #lines = new Set<string>();

  /** Whether the job has ended. */
  get isFinal(): boolean {
    return this.#state !== undefined && isFinal(this.#state.status);
  }

  /** The update that a job is, as it was looked at; undefined when it is known. */
  job(job: Job): JobUpdate | undefined {
    const known = this.#state;
    const update = statusOf(job);
    if (!this.#isNews(update.version)) return undefined;
    this.#state = stateOf(update);
    const isFurther = known !== undefined && standsAlike(known, update) && !isFinal(update.status);
    return isFurther ? { ...this.#state, type: 'progress' } : update;
  }

  /** The update that an event of the stream is; undefined for what is known, and for what is not understood. */
  event({ event, data }: ServerSentEvent): JobUpdate | undefined {
    const body = parsed(data);
    if (body === undefined) return undefined;
    if (event === 'status') return this.#status(body);
    if (this.#state === undefined) return undefined;
    if (event === 'progress') return this.#progress(body, this.#state);
    return event === 'log' ? this.#line(body, this.#state) : undefined;
  }

  #status(body: Body): JobUpdate | undefined {
    if (!this.#isNews(body['version'])) return undefined;
    const update = { ...(body as unknown as StatusUpdate), type: 'status' } as const;
    this.#state = stateOf(update);
    return update;
  }

  #progress({ version, progress }: Body, known: JobState): JobUpdate | undefined {
    if (!this.#isNews(version) || !isRecord(progress)) return undefined;
    this.#state = { ...known, version: Number(version), progress: progress as unknown as JobState['progress'] };
    return { ...this.#state, type: 'progress' };
  }

  #line({ version: given, ...line }: Body, known: JobState): JobUpdate | undefined {
    const version = Number(given);
    const text = JSON.stringify(line);
    if (version < this.#linesVersion || (version === this.#linesVersion && this.#lines.has(text))) return undefined;
    if (version > this.#linesVersion) this.#lines.clear();
    this.#linesVersion = version;
    this.#lines.add(text);
    return { ...known, type: 'log', line: line as unknown as LogLine };
  }

  #isNews(version: unknown): boolean {
    return typeof version === 'number' && version > (this.#state?.version ?? -1);
  }
}

function stateOf({ type: _, result: __, error: ___, ...state }: StatusUpdate): JobState {
  return state;
}

function standsAlike(one: JobState, other: JobState): boolean {
  return (
    one.status === other.status &&
    one.attempt === other.attempt &&
    one.nextAttemptAt === other.nextAttemptAt &&
    one.cancelRequestedAt === other.cancelRequestedAt
  );
}

function parsed(data: string): Body | undefined {
  try {
    const body: unknown = JSON.parse(data);
    return isRecord(body) ? body : undefined;
  } catch {
    return undefined;
  }
}
