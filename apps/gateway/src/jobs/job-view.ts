import { type Attempt, isFileReference, isRecord, type Job, type JobChange } from '#libs/contracts';
import { belongsTo } from '#libs/storage';
import { type Caller } from '../api-keys/caller.js';
import { type FileLinks } from '../files/file-links.js';
import { type TaskStore } from '../ledger/task-store.js';
import { type GivenOptions } from './given-options.js';
import { withoutContents, withoutReasons, withoutTelling, withoutTexts } from './hidden-contents.js';
import { maskedJob } from './masked-job.js';
import { type Notice, noticeOf } from './notice.js';

/** To whom something is shown. */
export type Viewer = Pick<Caller, 'seesContents'>;

/** A job that was taken, with what its sender should know of it. */
export type TakenJob = Job & { readonly notice?: Notice };

/** What shows jobs, and to whom. */
export interface Showing {
  readonly view: JobView;
  readonly viewer: Viewer;
}

/**
 * Shows jobs to users: files of the result with a download link, secret fields of the payload masked. Whoever may not see what
 * is in jobs is shown how they stand; the methods here are the one place where that is decided.
 */
export class JobView {
  constructor(
    private readonly tasks: TaskStore,
    private readonly links: FileLinks,
  ) {}

  shown(job: Job, { seesContents }: Viewer): Job {
    if (!seesContents) return withoutContents(job);
    return { ...maskedJob(job, this.tasks), result: this.#linked(job.result, job.tenant) };
  }

  taken(job: Job, viewer: Viewer): TakenJob {
    return { ...this.shown(job, viewer), ...noticeOf(job, this.tasks) };
  }

  shownOptions(options: GivenOptions, { seesContents }: Viewer): GivenOptions {
    return seesContents ? options : withoutTexts(options);
  }

  /** What has become of a job, to who watches it. */
  shownChange(change: JobChange, { seesContents }: Viewer): JobChange {
    return seesContents ? change : withoutTelling(change);
  }

  shownAttempt(attempt: Attempt, { seesContents }: Viewer): Attempt {
    return seesContents ? attempt : withoutReasons(attempt);
  }

  #linked(value: unknown, tenant: string): unknown {
    if (Array.isArray(value)) return value.map((item) => this.#linked(item, tenant));
    if (!isRecord(value)) return value;
    if (isFileReference(value) && belongsTo(tenant, value.key)) return this.links.withLink(value);
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, this.#linked(inner, tenant)]));
  }
}
