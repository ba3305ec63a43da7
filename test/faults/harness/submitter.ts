import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { type Job } from '#libs/contracts';
import { type Certainty, type History, type Submit } from './history.js';
import { type JobPlan } from './job-plan.js';
import { type JobPublisher } from './job-publisher.js';
import { type SeededRandom } from './random.js';

const ANSWER_PATIENCE_MS = 15_000;
const MESSAGE_SHARE = 0.3;
/** A 503 with one of these says that the job was not taken. */
const REFUSED_CODES = ['outbox_full', 'ledger_busy'];
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

type Answered = Pick<Submit, 'certainty' | 'id' | 'answer' | 'retryAfter'>;

/** Submits jobs at a steady rate, whatever becomes of them, and tries none again. */
export class Submitter {
  readonly #underWay = new Set<Promise<void>>();
  #number = 0;
  #stopped = false;
  #pace: Promise<void> = Promise.resolve();

  constructor(
    private readonly ways: WaysIn,
    private readonly history: History,
    private readonly random: SeededRandom,
    private readonly options: SubmitterOptions,
  ) {}

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
    const byMessage = plan.asMessage && this.random.chance(MESSAGE_SHARE);
    const [via, url] = byMessage ? ['broker', ''] : this.random.pick([...this.ways.gateways]);
    const metadata = { campaign: this.options.campaign, submit: number };
    const answered = byMessage ? await this.#publish(plan, metadata) : await this.#post(url, plan, metadata);
    const ms = performance.now() - began;
    const submit: Submit = { number, plan, way: byMessage ? 'amqp' : 'http', via, at, ms, ...answered };
    this.history.add(submit);
    this.options.answered(submit);
  }

  async #post(url: string, { task, payload, options }: JobPlan, metadata: object): Promise<Answered> {
    try {
      const response = await fetch(new URL('/v1/jobs', url), {
        method: 'POST',
        headers: { authorization: `Bearer ${this.ways.apiKey}`, 'content-type': 'application/json' },
        body: JSON.stringify({ task, payload, metadata, ...options }),
        signal: AbortSignal.timeout(ANSWER_PATIENCE_MS),
      });
      const { id, code = '' } = (await response.json()) as Partial<Job> & { readonly code?: string };
      const { status, headers } = response;
      const certainty = certaintyOf(status, code);
      return {
        certainty,
        id: response.ok ? id : undefined,
        answer: `${status} ${code}`.trim(),
        retryAfter: headers.get('retry-after'),
      };
    } catch (error) {
      const answer = reasonOf(error);
      // What was never connected was never sent.
      return { certainty: answer === 'ECONNREFUSED' ? 'fail' : 'unknown', id: undefined, answer, retryAfter: null };
    }
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
    return { certainty, id, answer: certainty, retryAfter: null };
  }
}

function certaintyOf(status: number, code: string): Certainty {
  if (status < 300) return 'ok';
  if (REFUSED_CODES.includes(code)) return 'fail';
  // The ledger may have committed what it could not answer for.
  return status >= 500 ? 'unknown' : 'fail';
}

function reasonOf(error: unknown): string {
  const { cause, name } = error as { cause?: { code?: string }; name?: string };
  return cause?.code ?? name ?? 'error';
}
