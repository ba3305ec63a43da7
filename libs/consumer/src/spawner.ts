import { v5 as uuidv5 } from 'uuid';
import { domainOf, isStorableText, isTaskName, LIMITS, utf8Length, type WorkOrder } from '#libs/contracts';
import { PermanentError } from './errors.js';
import { type JobToSpawn } from './job-context.js';
import { type JobOutlet } from './ports.js';
import { shownText } from './shown-text.js';

/** Ids of spawned jobs live in this namespace; it never changes, or a second run would start its jobs again. */
const NAMESPACE = '0c1f7c9e-4f0f-4f43-9a3e-7a0d3a5f9b21';
/** Messages that are under way at once. */
const WINDOW = 100;

/** A job to spawn, ready to be sent. */
interface Written {
  readonly key: string;
  readonly id: string;
  readonly task: string;
  readonly body: string;
  readonly options: string;
}

/** What a spawner needs of its run. */
interface SpawningRun {
  readonly order: Pick<WorkOrder, 'jobId' | 'task'>;
  readonly signal: AbortSignal;
}

/** Starts the jobs of one run of a job. */
export class Spawner {
  readonly #hand: SpawningRun;
  readonly #outlet: JobOutlet;
  readonly #sent = new Set<string>();
  #closed = false;

  constructor(hand: SpawningRun, outlet: JobOutlet) {
    this.#hand = hand;
    this.#outlet = outlet;
  }

  /** How many jobs the broker has; one key is one job. */
  get count(): number {
    return this.#sent.size;
  }

  /**
   * Nothing is sent unless all are written as they must be.
   * @throws PermanentError `invalid_spawn`
   */
  async spawn(jobs: readonly JobToSpawn[]): Promise<string[]> {
    const written = jobs.map((job, index) => this.#written(job, index));
    const keys = new Set([...this.#sent, ...written.map(({ key }) => key)]);
    if (keys.size > LIMITS.spawnedJobs) {
      throw invalid(`Expected at most ${LIMITS.spawnedJobs} jobs of one run, got ${keys.size}.`);
    }
    for (let start = 0; start < written.length; start += WINDOW) {
      await Promise.all(written.slice(start, start + WINDOW).map((job) => this.#send(job)));
    }
    return written.map(({ id }) => id);
  }

  /** The run has ended: nothing more is sent. */
  close(): void {
    this.#closed = true;
  }

  async #send({ key, id, task, body, options }: Written): Promise<void> {
    const { order, signal } = this.#hand;
    signal.throwIfAborted();
    if (this.#closed) throw new Error('The run has ended: await what it spawns.');
    const { jobId: parent } = order;
    const domain = domainOf(order.task);
    await this.#outlet.send(task, body, { id, parent, domain, options }, signal);
    this.#sent.add(key);
  }

  #written(job: JobToSpawn, index: number): Written {
    const { key, task, payload = {}, ...rest } = job;
    if (typeof key !== 'string' || key === '' || key.length > LIMITS.key || !isStorableText(key)) {
      throw invalid(`Job ${index}: expected a key of 1 to ${LIMITS.key} characters, got ${shownText(key)}.`);
    }
    if (!isTaskName(task)) throw invalid(`Job ${index}: expected a task <domain>.<task>, got ${shownText(task)}.`);
    const options = jsonOf(rest, `Job ${index}: its options`);
    if (utf8Length(options) > LIMITS.spawnOptions) {
      throw invalid(`Job ${index}: expected options of at most ${LIMITS.spawnOptions} bytes of JSON.`);
    }
    const id = uuidv5(`${this.#hand.order.jobId}\n${key}`, NAMESPACE);
    return { key, id, task, body: jsonOf(payload, `Job ${index}: its payload`), options };
  }
}

function jsonOf(value: unknown, what: string): string {
  try {
    const text = JSON.stringify(value) as string | undefined;
    if (text !== undefined) return text;
  } catch {
    // said below
  }
  throw invalid(`${what} cannot be written as JSON.`);
}

function invalid(message: string): PermanentError {
  return new PermanentError('invalid_spawn', message);
}
