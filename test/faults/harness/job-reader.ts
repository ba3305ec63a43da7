import { isFinal, type Job, JOB_STATUSES } from '#libs/contracts';
import { type TestSuite } from '../../support/test-suite.js';

const LARGEST_PAGE = 200;

interface JobPage {
  readonly data: readonly Job[];
  readonly nextCursor: string | null;
}

/** Reads the jobs of one run of the faults through the API. */
export class JobReader {
  constructor(
    private readonly suite: TestSuite,
    private readonly campaign: string,
  ) {}

  /** Every job, by id. */
  async all(): Promise<ReadonlyMap<string, Job>> {
    const jobs = new Map<string, Job>();
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: JobPage = await this.#page(`limit=${LARGEST_PAGE}${cursor === '' ? '' : `&cursor=${cursor}`}`);
      for (const job of page.data) jobs.set(job.id, job);
      cursor = page.nextCursor === null ? null : encodeURIComponent(page.nextCursor);
    }
    return jobs;
  }

  /** A job that has not ended and was there before that time, if there is one. */
  async openBefore(at: number): Promise<Job | undefined> {
    const open = JOB_STATUSES.filter((status) => !isFinal(status));
    const before = encodeURIComponent(new Date(at).toISOString());
    // A job may move past one look unseen, but not past looks in both directions.
    for (const status of [...open, ...[...open].reverse()]) {
      const { data } = await this.#page(`limit=1&status=${status}&createdBefore=${before}`);
      if (data[0] !== undefined) return data[0];
    }
    return undefined;
  }

  async #page(query: string): Promise<JobPage> {
    const path = `/v1/jobs?metadata.campaign=${this.campaign}&${query}`;
    const { status, body } = await this.suite.api<JobPage>('GET', path);
    if (status !== 200) throw new Error(`GET ${path} was answered with ${status}: ${JSON.stringify(body)}`);
    return body;
  }
}
