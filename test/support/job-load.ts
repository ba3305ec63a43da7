import { setTimeout as wait } from 'node:timers/promises';
import { isFinal, type Job, JOB_STATUSES } from '#libs/contracts';
import { eventually } from './eventually.js';
import { type TestSuite } from './test-suite.js';

interface JobPage {
  readonly data: readonly Job[];
  readonly nextCursor: string | null;
}

interface JobPage {
  readonly data: readonly Job[];
  readonly nextCursor: string | null;
}

const LARGEST_PAGE = 200;
const RETRY_PAUSE_MS = 200;
const GIVE_UP_AFTER_MS = 120_000;

/** One answer to a submit, or none: the connection broke, so the job may be there or not. */
interface Submit {
  readonly status: number | 'no answer';
  readonly id: string | null;
  readonly ms: number;
  readonly retryAfter: string | null;
}

interface LoadOptions {
  readonly jobs: number;
  /** Clients that submit at the same time, each one job after the other. */
  readonly clients: number;
  readonly body: unknown;
  /** Addresses of gateways, which the clients take in turn. @default the suite's first */
  readonly urls?: readonly string[];
}

/** What clients saw who submit until every job of theirs is acknowledged. */
export class Load {
  readonly submits: Submit[] = [];
  /** Settles when every job is acknowledged; rejects when that takes longer than two minutes. */
  readonly done: Promise<void>;
  readonly #suite: TestSuite;
  readonly #options: LoadOptions;
  readonly #giveUpAt = Date.now() + GIVE_UP_AFTER_MS;
  #left: number;

  constructor(suite: TestSuite, options: LoadOptions) {
    this.#suite = suite;
    this.#options = options;
    this.#left = options.jobs;
    const clients = Array.from({ length: options.clients }, (_, number) => this.#client(number));
    this.done = Promise.all(clients).then(() => undefined);
    this.done.catch(() => undefined);
  }

  /** The acknowledged jobs. */
  get accepted(): readonly string[] {
    return this.submits.flatMap(({ id }) => (id === null ? [] : [id]));
  }

  /** How many answers there were of each status. */
  get answers(): Readonly<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (const { status } of this.submits) counts[status] = (counts[status] ?? 0) + 1;
    return counts;
  }

  /** Settles when so many jobs are acknowledged: the moment for a fault in the middle of the load. */
  async reached(jobs: number): Promise<void> {
    await eventually(
      `${jobs} acknowledged jobs`,
      () => (this.accepted.length >= jobs ? true : undefined),
      () => this.answers,
    );
  }

  /** Settles when so many submits have been answered without being accepted. */
  async refused(submits: number): Promise<void> {
    await eventually(
      `${submits} submits that are not accepted`,
      () => (this.submits.length - this.accepted.length >= submits ? true : undefined),
      () => this.answers,
    );
  }

  async #client(number: number): Promise<void> {
    const urls = this.#options.urls ?? [this.#suite.url];
    const url = urls[number % urls.length] ?? this.#suite.url;
    while (this.#left > 0) {
      this.#left -= 1;
      while (!(await this.#submit(url))) {
        if (Date.now() > this.#giveUpAt) throw new Error(`No submit is accepted: ${JSON.stringify(this.answers)}`);
        await wait(RETRY_PAUSE_MS);
      }
    }
  }

  async #submit(url: string): Promise<boolean> {
    const began = performance.now();
    const answer = await this.#suite.api<Job>('POST', '/v1/jobs', this.#options.body, { url }).catch(() => undefined);
    const acknowledged = answer !== undefined && answer.status < 300;
    this.submits.push({
      status: answer?.status ?? 'no answer',
      id: acknowledged ? answer.body.id : null,
      ms: performance.now() - began,
      retryAfter: answer?.headers.get('retry-after') ?? null,
    });
    return acknowledged;
  }
}

/** Every job that the gateway lists, by id. */
export async function allJobs(suite: TestSuite, url = suite.url): Promise<Map<string, Job>> {
  const jobs = new Map<string, Job>();
  let query: string | undefined = `limit=${LARGEST_PAGE}`;
  while (query !== undefined) {
    const { data, nextCursor } = await listed(suite, query, url);
    for (const job of data) jobs.set(job.id, job);
    query = nextCursor === null ? undefined : `limit=${LARGEST_PAGE}&cursor=${encodeURIComponent(nextCursor)}`;
  }
  return jobs;
}

/** Waits until no job that the gateway has is open, and gives them all. */
export async function whenAllEnded(suite: TestSuite, withinMs: number, url = suite.url): Promise<Map<string, Job>> {
  let open: Job | undefined;
  const look = async (): Promise<true | undefined> => {
    open = await anyOpenJob(suite, url);
    return open === undefined ? true : undefined;
  };
  await eventually('end of every job', look, () => open, withinMs);
  return allJobs(suite, url);
}

async function anyOpenJob(suite: TestSuite, url: string): Promise<Job | undefined> {
  const open = JOB_STATUSES.filter((status) => !isFinal(status));
  // A job may move past one look unseen, but not past looks in both directions.
  for (const status of [...open, ...[...open].reverse()]) {
    const { data } = await listed(suite, `status=${status}&limit=1`, url);
    if (data[0] !== undefined) return data[0];
  }
  return undefined;
}

async function listed(suite: TestSuite, query: string, url: string): Promise<JobPage> {
  const page = await suite.api<JobPage>('GET', `/v1/jobs?${query}`, undefined, { url });
  if (page.status !== 200) throw new Error(`GET /v1/jobs?${query}: ${page.status} ${JSON.stringify(page.body)}`);
  return page.body;
}

/** Waits until everything that was committed to be sent has been confirmed by the broker. */
export async function whenOutboxIsEmpty(suite: TestSuite, withinMs: number): Promise<void> {
  let rows: readonly object[] = [];
  const look = async (): Promise<true | undefined> => {
    rows = await suite.servers.query('select * from outbox limit 3');
    return rows.length === 0 ? true : undefined;
  };
  await eventually('empty outbox', look, () => rows, withinMs);
}
