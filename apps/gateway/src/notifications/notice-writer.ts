import { type FileReference, isFileReference, isRecord, type Job } from '#libs/contracts';
import { belongsTo } from '#libs/storage';
import { type FileLinks } from '../files/file-links.js';
import { type Notify } from './end-tellings.js';

/** A mail may be read days later. */
const LINKS_HOLD_MS = 7 * 24 * 3_600_000;
/** The most that the template takes. */
const MOST_FILES = 50;

/** A body of `POST /v1/jobs`. */
export interface NoticeRequest {
  readonly task: string;
  readonly payload: object;
  readonly metadata: Readonly<Record<string, string>>;
  readonly concurrencyKey?: string;
}

/** Writes the mails that tell of the ends of jobs. */
export class NoticeWriter {
  constructor(private readonly links: FileLinks) {}

  /** The files of the result, with links to download them, or how the job has ended. */
  requestFor(job: Job, { email }: Notify): NoticeRequest {
    const files = job.status === 'completed' ? filesIn(job.result, job.tenant).slice(0, MOST_FILES) : [];
    const content = files.length > 0 ? this.#ready(job, files) : ended(job);
    return { task: 'email.send', payload: { to: email, ...content }, metadata: { notifiesOf: job.id } };
  }

  #ready(job: Job, files: readonly FileReference[]): object {
    const until = new Date(Date.now() + LINKS_HOLD_MS);
    const linked = files.map((file) => ({ filename: file.filename, url: this.links.withLink(file, until).url }));
    const expires = `${until.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
    return { template: 'export-ready', data: { title: `The result of ${job.task}`, files: linked, expires } };
  }
}

function ended({ id, task, status, error }: Job): object {
  const message = error === null || status === 'completed' ? {} : { message: error.message };
  return { template: 'job-ended', data: { task, status, id, ...message } };
}

function filesIn(value: unknown, tenant: string): FileReference[] {
  if (Array.isArray(value)) return value.flatMap((item) => filesIn(item, tenant));
  if (!isRecord(value)) return [];
  if (isFileReference(value) && belongsTo(tenant, value.key)) return [value];
  return Object.values(value).flatMap((inner) => filesIn(inner, tenant));
}
