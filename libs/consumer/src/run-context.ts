import { decodeJson, isRecord, type TellingReport, type WorkOrder } from '#libs/contracts';
import { type JobContext, type JobFiles, type JobLog, type JobToSpawn } from './job-context.js';
import { LogTeller } from './log-teller.js';
import { ProgressTeller } from './progress-teller.js';
import { type RunInHand } from './run-in-hand.js';
import { shownText } from './shown-text.js';
import { type Spawner } from './spawner.js';

/** What a run's context is made of. */
export interface RunContextParts {
  readonly order: WorkOrder;
  readonly worker: string;
  /** Asked for its signal when the handler asks for it. */
  readonly hand: Pick<RunInHand, 'signal'>;
  readonly files: JobFiles;
  readonly spawner: Spawner;
  readonly tell: (report: TellingReport) => void;
}

/** The context of one run. After `close` it tells nothing more, also when its handler goes on. */
export class RunContext implements JobContext {
  readonly id: string;
  readonly task: string;
  readonly tenant: string;
  readonly attempt: number;
  readonly run: number;
  readonly maxAttempts: number;
  readonly dueAt: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly traceparent: string | null;
  readonly log: JobLog;
  readonly files: JobFiles;
  readonly #hand: Pick<RunInHand, 'signal'>;
  readonly #progress: ProgressTeller;
  readonly #lines: LogTeller;
  readonly #spawner: Spawner;

  constructor({ order, worker, hand, files, spawner, tell }: RunContextParts) {
    const about = { job: order.jobId, run: order.run, worker };
    this.#progress = new ProgressTeller((progress) => {
      tell({ type: 'progress', ...about, ...progress });
    });
    this.#lines = new LogTeller((line) => {
      tell({ type: 'log', ...about, attempt: order.attempt, ...line });
    });
    this.id = order.jobId;
    this.task = order.task;
    this.tenant = order.tenant;
    this.attempt = order.attempt;
    this.run = order.run;
    this.maxAttempts = order.maxAttempts;
    this.dueAt = order.scheduledFor ?? order.createdAt;
    this.metadata = metadataOf(order);
    this.traceparent = order.traceparent;
    this.log = this.#lines.log;
    this.files = files;
    this.#hand = hand;
    this.#spawner = spawner;
  }

  get signal(): AbortSignal {
    return this.#hand.signal;
  }

  // Handlers need not await it: a rejection would end the process, and every other job in it.
  async progress(percent: number, message?: string): Promise<void> {
    if (!Number.isFinite(percent)) {
      this.log.warn(
        `Expected progress of 0 to 100 percent, got ${typeof percent === 'number' ? percent : shownText(percent)}`,
      );
    }
    this.#progress.report(percent, message);
  }

  spawn(jobs: readonly JobToSpawn[]): Promise<string[]> {
    return this.#spawner.spawn(jobs);
  }

  close(): void {
    this.#spawner.close();
    this.#progress.close();
    this.#lines.close();
  }
}

function metadataOf({ metadata }: WorkOrder): Readonly<Record<string, unknown>> {
  const json = decodeJson(Buffer.from(metadata));
  return Object.freeze(json.ok && isRecord(json.value) ? json.value : {});
}
