import { type Duration, type Job } from '#libs/contracts';
import { type Http } from '../http/http.js';
import { Listing, type PageQuery } from '../http/listing.js';
import { type JobOptions, type JobRequest } from '../job-request.js';
import { type CallOptions } from '../options.js';
import { type TaskName } from '../task-payloads.js';
import { type NoJobReason } from './no-job-reason.js';
import { type OrNull } from './or-null.js';

/** When a schedule starts jobs, and what it does when it could not. */
export interface Timing {
  /** Five or six fields: (second) minute hour day month weekday, such as `30 2 * * 1-5`. */
  readonly cron?: string;
  /** Of the cron expression: an IANA name, such as `Europe/Berlin`. @default 'UTC' */
  readonly timezone?: string;
  /** Instead of `cron`: how long from one to the next, at least a second. */
  readonly every?: Duration;
  /** False: paused. @default true */
  readonly enabled?: boolean;
  /** Ticks at which no gateway ran are left out, or made up for by one job. @default 'skip' */
  readonly catchUp?: 'skip' | 'once';
  /** A tick while the last job has not ended starts another, none, or cancels the last one first. @default 'allow' */
  readonly overlap?: 'allow' | 'skip' | 'replace';
}

/** What a schedule decides itself of its jobs. */
type DecidedBySchedule = 'delay' | 'runAt' | 'uniqueKey' | 'uniqueFor';

/** A schedule to be made: its name, `cron` or `every`, and the job that each tick starts. */
export type ScheduleRequest = Timing & {
  /** For people to read. */
  readonly name: string;
} & { [Name in TaskName]: Omit<JobRequest<Name>, DecidedBySchedule> }[TaskName];

/** What can be changed of a schedule. Null: as if the field had never been given. */
export type ScheduleChange = Partial<OrNull<Timing & Omit<JobOptions, DecidedBySchedule>>> & {
  readonly name?: string;
  readonly task?: TaskName;
  readonly payload?: unknown;
};

/** A schedule. The options of its jobs stand beside these fields as they were given, null what was not. */
export interface Schedule {
  readonly id: string;
  readonly tenant: string;
  readonly name: string;
  readonly cron: string | null;
  readonly timezone: string;
  readonly every: Duration | null;
  readonly task: unknown;
  readonly payload: unknown;
  readonly enabled: boolean;
  readonly catchUp: 'skip' | 'once';
  readonly overlap: 'allow' | 'skip' | 'replace';
  /** Null while it is not enabled. */
  readonly nextRunAt: string | null;
  readonly lastJobId: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** What became of a tick. */
export interface ScheduleRun {
  /** Null: started by hand. */
  readonly tick: string | null;
  readonly outcome: 'started' | 'skipped' | 'refused';
  readonly jobId: string | null;
  /** Why no job was started, or what else is to be said of it. */
  readonly reason: NoJobReason | null;
  readonly at: string;
}

/** When a schedule would be due. */
export interface SchedulePreview {
  /** The first five; fewer when no more come. */
  readonly ticks: readonly string[];
}

/** What of a request says when a schedule is due. */
type PreviewedTiming = { readonly [Name in 'cron' | 'timezone' | 'every']?: Timing[Name] | undefined };

/** Jobs that are started at their time, again and again. */
export class Schedules {
  readonly #http: Http;

  /** @internal */
  constructor(http: Http) {
    this.#http = http;
  }

  /** Creates a schedule. @throws InvalidRequestError when timing or job are not as they must be */
  create(schedule: ScheduleRequest, options?: CallOptions): Promise<Schedule> {
    return this.#http.json({ method: 'POST', path: '/v1/schedules', json: schedule, options });
  }

  /** Shows a schedule. @throws NotFoundError */
  get(id: string, options?: CallOptions): Promise<Schedule> {
    return this.#http.json({ method: 'GET', path: pathOf(id), options });
  }

  /** Lists schedules, newest first. */
  list(query: PageQuery & { readonly tenant?: string } = {}, options?: CallOptions): Listing<Schedule> {
    return new Listing(this.#http, { method: 'GET', path: '/v1/schedules', query: { ...query }, options });
  }

  /** Shows when a schedule would be due, were it made now. @throws InvalidRequestError when the timing is not as it must be */
  preview(timing: PreviewedTiming, options?: CallOptions): Promise<SchedulePreview> {
    return this.#http.json({ method: 'GET', path: '/v1/schedules/preview', query: { ...timing }, options });
  }

  /** Changes a schedule. Another timing, or enabling it, counts its ticks from now. */
  update(id: string, change: ScheduleChange, options?: CallOptions): Promise<Schedule> {
    return this.#http.json({ method: 'PATCH', path: pathOf(id), json: change, repeatable: true, options });
  }

  /** Removes a schedule and its history. Jobs that it has started stay as they are. */
  delete(id: string, options?: CallOptions): Promise<void> {
    return this.#http.nothing({ method: 'DELETE', path: pathOf(id), options });
  }

  /** Starts a job of a schedule now. Its ticks stay where they are. */
  run(id: string, options?: CallOptions): Promise<Job> {
    return this.#http.json({ method: 'POST', path: `${pathOf(id)}/run`, options });
  }

  /** Lists what became of the ticks of a schedule, newest first. */
  runs(id: string, query: PageQuery = {}, options?: CallOptions): Listing<ScheduleRun> {
    return new Listing(this.#http, { method: 'GET', path: `${pathOf(id)}/runs`, query: { ...query }, options });
  }
}

function pathOf(id: string): string {
  return `/v1/schedules/${encodeURIComponent(id)}`;
}
