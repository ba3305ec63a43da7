import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { type Job } from '#libs/contracts';
import { type Certainty, type Submit } from './history.js';
import { type JobPlan } from './job-plan.js';
import { type SeededRandom } from './random.js';

const ANSWER_PATIENCE_MS = 15_000;
/** A 503 with one of these says that the job was not taken. */
const REFUSED_CODES = ['outbox_full', 'ledger_busy'];
/** How often a client with an `Idempotency-Key` sends its request again, and after what pause. */
const ROUNDS = 8;
const PAUSE_MS = 1_000;

export type Answered = Pick<Submit, 'certainty' | 'id' | 'answer' | 'retryAfter' | 'otherIds'>;

interface Gateways {
  /** Addresses of the gateways by their names. */
  readonly gateways: ReadonlyMap<string, string>;
  readonly apiKey: string;
}

/** Submits jobs by HTTP, as a program does that gives up, or as one that tries again under one key. */
export class JobPoster {
  constructor(
    private readonly ways: Gateways,
    private readonly random: SeededRandom,
  ) {}

  /** Sends a request once. */
  async post(url: string, plan: JobPlan, metadata: object, key?: string): Promise<Answered> {
    const { task, payload, options } = plan;
    const { apiKey } = this.ways;
    try {
      const response = await fetch(new URL('/v1/jobs', url), {
        method: 'POST',
        headers: {
          authorization: `Bearer ${apiKey}`,
          'content-type': 'application/json',
          ...(key === undefined ? {} : { 'idempotency-key': key }),
        },
        body: JSON.stringify({ task, payload, metadata, ...options }),
        signal: AbortSignal.timeout(ANSWER_PATIENCE_MS),
      });
      const { id, code = '' } = (await response.json()) as Partial<Job> & { readonly code?: string };
      const { status, headers } = response;
      return {
        certainty: certaintyOf(status, code),
        id: response.ok ? id : undefined,
        answer: `${status} ${code}`.trim(),
        retryAfter: headers.get('retry-after'),
        otherIds: [],
      };
    } catch (error) {
      const answer = reasonOf(error);
      // What was never connected was never sent.
      const certainty = answer === 'ECONNREFUSED' ? 'fail' : 'unknown';
      return { certainty, id: undefined, answer, retryAfter: null, otherIds: [] };
    }
  }

  /** Sends a request to two gateways at once, and again until one has taken it, under one key: so there is one job. */
  async postUnderKey(plan: JobPlan, metadata: object): Promise<Answered> {
    const key = randomUUID();
    const answers: Answered[] = [];
    for (let round = 0; round < ROUNDS && !answers.some(isTaken); round += 1) {
      if (round > 0) await wait(PAUSE_MS);
      const urls = this.random.shuffled([...this.ways.gateways.values()]).slice(0, 2);
      answers.push(...(await Promise.all(urls.map((url) => this.post(url, plan, metadata, key)))));
    }
    const [id, ...otherIds] = new Set(answers.flatMap(({ id: one }) => one ?? []));
    const last = answers.find(isTaken) ?? answers.find(({ certainty }) => certainty === 'unknown') ?? answers.at(-1);
    if (last === undefined) throw new Error('A request that was sent has no answer.');
    return { ...last, id, otherIds };
  }
}

function isTaken({ certainty }: Answered): boolean {
  return certainty === 'ok';
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
