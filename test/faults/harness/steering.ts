import { setTimeout as wait } from 'node:timers/promises';
import { type Job } from '#libs/contracts';
import { type Submit } from './history.js';
import { type SeededRandom } from './random.js';

const ANSWER_PATIENCE_MS = 5_000;
const AGAIN_AFTER_MS = 300;
const LONGEST_WAIT_BEFORE_MS = 1_500;

interface Asked {
  readonly gateways: ReadonlyMap<string, string>;
  readonly apiKey: string;
}

/** Cancels jobs and retries failed ones, as their plans say, until the suite has answered. */
export class Steering {
  /** Jobs that were answered as cancelled while they did not run, and when that answer came. */
  readonly cancelled = new Map<string, number>();
  /** Jobs that were failed and whose retry was accepted. */
  readonly retried = new Set<string>();
  readonly #underWay = new Set<Promise<void>>();
  #stopped = false;

  constructor(
    private readonly asked: Asked,
    private readonly random: SeededRandom,
  ) {}

  /** Does to an acknowledged job what its plan says. */
  take({ plan: { steer }, id, certainty }: Submit): void {
    if (steer === undefined || id === undefined || certainty !== 'ok') return;
    const pause = this.random.between(0, LONGEST_WAIT_BEFORE_MS);
    const work = (steer === 'cancel' ? this.#cancel(id, pause) : this.#retry(id, pause)).catch(() => undefined);
    this.#underWay.add(work);
    void work.then(() => this.#underWay.delete(work));
  }

  /** Asks for nothing new; resolves when what was asked for is answered. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#underWay);
  }

  async #cancel(id: string, pause: number): Promise<void> {
    await wait(pause);
    const answer = await this.#until((status) => [202, 409].includes(status), 'POST', `/v1/jobs/${id}/cancel`);
    if (answer?.status === 'cancelled') this.cancelled.set(id, Date.now());
  }

  async #retry(id: string, pause: number): Promise<void> {
    for (;;) {
      await wait(pause + AGAIN_AFTER_MS);
      const job = await this.#until((status) => status === 200, 'GET', `/v1/jobs/${id}`);
      if (job === undefined) return;
      if (job.status === 'failed') break;
    }
    // A retry whose answer was lost makes the next one a conflict: both say that it runs again.
    const answer = await this.#until((status) => [202, 409].includes(status), 'POST', `/v1/jobs/${id}/retry`);
    if (answer !== undefined) this.retried.add(id);
  }

  /** The job in the first answer with such a status; undefined when nothing more is to be asked. */
  async #until(wanted: (status: number) => boolean, method: string, path: string): Promise<Job | undefined> {
    while (!this.#stopped) {
      const [, url] = this.random.pick([...this.asked.gateways]);
      const response = await fetch(new URL(path, url), {
        method,
        headers: { authorization: `Bearer ${this.asked.apiKey}` },
        signal: AbortSignal.timeout(ANSWER_PATIENCE_MS),
      }).catch(() => undefined);
      const body = (await response?.json().catch(() => undefined)) as Job | undefined;
      if (response !== undefined && wanted(response.status)) return body;
      await wait(AGAIN_AFTER_MS);
    }
    return undefined;
  }
}
