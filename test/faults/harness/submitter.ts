import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { type History, type Submit } from './history.js';
import { type JobPlan } from './job-plan.js';
import { type Answered, JobPoster } from './job-poster.js';
import { type JobPublisher } from './job-publisher.js';
import { type SeededRandom } from './random.js';

const MESSAGE_SHARE = 0.3;
const KEY_SHARE = 0.2;
/** Messages that their service publishes twice under one id. */
const REPEATED_SHARE = 0.1;

/** Where jobs are submitted. */
export interface WaysIn {
  /** Addresses of the gateways by their names. */
  readonly gateways: ReadonlyMap<string, string>;
  readonly apiKey: string;
  readonly publisher: JobPublisher;
}

interface SubmitterOptions {
  readonly perSecond: number;
  readonly draw: () => JobPlan;
  /** Marks the jobs of this submitter, so that they can be told from others. */
  readonly campaign: string;
  /** Hears of every submit when it has its answer. */
  readonly answered: (submit: Submit) => void;
}

/** Submits jobs at a steady rate, whatever becomes of them; what has no key is not tried again. */
export class Submitter {
  readonly #poster: JobPoster;
  readonly #underWay = new Set<Promise<void>>();
  #number = 0;
  #stopped = false;
  #pace: Promise<void> = Promise.resolve();

  constructor(
    private readonly ways: WaysIn,
    private readonly history: History,
    private readonly random: SeededRandom,
    private readonly options: SubmitterOptions,
  ) {
    this.#poster = new JobPoster(ways, random.fork('keys'));
  }

  start(): void {
    this.#stopped = false;
    this.#pace = this.#submitSteadily();
  }

  /** Submits no more, and resolves when every submit has its answer. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#pace;
    await Promise.all(this.#underWay);
  }

  /** How many jobs it has tried to submit. */
  get submitted(): number {
    return this.#number;
  }

  async #submitSteadily(): Promise<void> {
    const began = performance.now();
    const before = this.#number;
    while (!this.#stopped) {
      const due = before + Math.floor(((performance.now() - began) / 1_000) * this.options.perSecond);
      while (this.#number < due) this.#begin();
      await wait(20);
    }
  }

  #begin(): void {
    this.#number += 1;
    const submit = this.#submit(this.#number, this.options.draw());
    this.#underWay.add(submit);
    void submit.then(() => this.#underWay.delete(submit));
  }

  async #submit(number: number, plan: JobPlan): Promise<void> {
    const [at, began] = [Date.now(), performance.now()];
    const metadata = { campaign: this.options.campaign, submit: number };
    const answered = await this.#send(plan, metadata);
    const submit: Submit = { number, plan, at, ms: performance.now() - began, ...answered };
    this.history.add(submit);
    this.options.answered(submit);
  }

  async #send(plan: JobPlan, metadata: object): Promise<Answered & Pick<Submit, 'way' | 'via'>> {
    if (plan.asMessage && this.random.chance(MESSAGE_SHARE)) {
      return { way: 'amqp', via: 'broker', ...(await this.#publish(plan, metadata)) };
    }
    if (this.random.chance(KEY_SHARE)) {
      return { way: 'http with a key', via: 'gateways', ...(await this.#poster.postUnderKey(plan, metadata)) };
    }
    const [via, url] = this.random.pick([...this.ways.gateways]);
    return { way: 'http', via, ...(await this.#poster.post(url, plan, metadata)) };
  }

  async #publish({ task, payload, options }: JobPlan, metadata: object): Promise<Answered> {
    const id = randomUUID();
    const headers = { 'x-metadata': JSON.stringify(metadata), 'x-max-attempts': Number(options['maxAttempts']) };
    const properties = { messageId: id, priority: Number(options['priority']), headers };
    const times = this.random.chance(REPEATED_SHARE) ? 2 : 1;
    const answers = await Promise.all(
      Array.from({ length: times }, () =>
        this.ways.publisher.publish('leveret.jobs', task, Buffer.from(JSON.stringify(payload)), properties),
      ),
    );
    const certainty = (['ok', 'unknown', 'fail'] as const).find((known) => answers.includes(known)) ?? 'unknown';
    return { certainty, id, answer: certainty, retryAfter: null, otherIds: [] };
  }
}
