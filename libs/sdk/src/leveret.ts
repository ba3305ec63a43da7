import { Http } from './http/http.js';
import { type LeveretOptions, settingsOf } from './options.js';
import { ApiKeys } from './resources/api-keys.js';
import { Audits } from './resources/audits.js';
import { Batches } from './resources/batches.js';
import { DeadLetters } from './resources/dead-letters.js';
import { Events } from './resources/events.js';
import { Files } from './resources/files.js';
import { Jobs } from './resources/jobs.js';
import { Queues } from './resources/queues.js';
import { Redrives } from './resources/redrives.js';
import { Schedules } from './resources/schedules.js';
import { Tasks } from './resources/tasks.js';
import { Tenants } from './resources/tenants.js';
import { Triggers } from './resources/triggers.js';
import { WebhookEndpoints } from './resources/webhook-endpoints.js';
import { WebhookSecret } from './resources/webhook-secret.js';
import { Worker } from './resources/worker.js';
import { Workers } from './resources/workers.js';

/**
 * A Leveret gateway. It keeps no connection and needs no closing; one is enough for a program.
 *
 * ```ts
 * const leveret = new Leveret(process.env.LEVERET_API_KEY);
 * const job = await leveret.worker.enqueue({ task: 'process-video', payload: { id, format: '1080p' } });
 * for await (const update of leveret.jobs.watch(job.id)) console.log(update.status, update.progress.percent);
 * const result = await leveret.jobs.result(job.id, { timeout: '5m' });
 * ```
 */
export class Leveret {
  /** Enqueues jobs: one, a batch, or a stream of them. */
  readonly worker: Worker;
  /** Looks at jobs, watches and moves them. */
  readonly jobs: Jobs;
  /** Jobs that were enqueued together. */
  readonly batches: Batches;
  /** Uploads and downloads. */
  readonly files: Files;
  /** The tasks that there are. */
  readonly tasks: Tasks;
  /** Queues: counts, pause and resume. */
  readonly queues: Queues;
  /** Jobs by cron or period. */
  readonly schedules: Schedules;
  /** Publishes events. */
  readonly events: Events;
  /** Makes jobs of events. */
  readonly triggers: Triggers;
  /** Where signed webhooks go when jobs end. */
  readonly webhookEndpoints: WebhookEndpoints;
  /** What other webhooks of your tenant are signed with. */
  readonly webhookSecret: WebhookSecret;
  /** Jobs that failed for good. */
  readonly deadLetters: DeadLetters;
  /** Redrives of many of them, in the background. */
  readonly redrives: Redrives;
  /** API keys. */
  readonly apiKeys: ApiKeys;
  /** Limits of tenants. */
  readonly tenants: Tenants;
  /** The processes that run jobs. */
  readonly workers: Workers;
  /** Where open jobs are. */
  readonly audits: Audits;

  /**
   * @param given the API key, or options. The gateway's URL is the variable `LEVERET_URL` where it is not given, else
   *   `http://127.0.0.1:3000`
   * @throws TypeError when the key is undefined or none, as when the variable that should hold it is not set
   */
  constructor(given: string | undefined | LeveretOptions) {
    const http = new Http(settingsOf(given));
    this.worker = new Worker(http);
    this.jobs = new Jobs(http);
    this.batches = new Batches(http);
    this.files = new Files(http);
    this.tasks = new Tasks(http);
    this.queues = new Queues(http);
    this.schedules = new Schedules(http);
    this.events = new Events(http);
    this.triggers = new Triggers(http);
    this.webhookEndpoints = new WebhookEndpoints(http);
    this.webhookSecret = new WebhookSecret(http);
    this.deadLetters = new DeadLetters(http);
    this.redrives = new Redrives(http);
    this.apiKeys = new ApiKeys(http);
    this.tenants = new Tenants(http);
    this.workers = new Workers(http);
    this.audits = new Audits(http);
  }
}
