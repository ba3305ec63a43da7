import { setTimeout as wait } from 'node:timers/promises';
import { isFinal, type Job } from '#libs/contracts';
import { type FaultSuite } from './fault-suite.js';
import { type History } from './history.js';
import { type SeededRandom } from './random.js';
import { type Violation } from './violation.js';

const LOOK_EVERY_MS = 200;
const ANSWER_PATIENCE_MS = 2_000;
const RECENT = 60;

type Seen = Pick<Job, 'version' | 'attempt' | 'status' | 'progress'>;

/** Looks at jobs while they go on, by any gateway, and notices when one goes back. */
export class Observer {
  readonly violations: Violation[] = [];
  readonly #seen = new Map<string, Seen>();
  #stopped = false;
  #looking: Promise<void> = Promise.resolve();

  constructor(
    private readonly system: FaultSuite,
    private readonly history: History,
    private readonly random: SeededRandom,
  ) {}

  start(): void {
    this.#looking = this.#lookAgainAndAgain();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#looking;
  }

  async #lookAgainAndAgain(): Promise<void> {
    while (!this.#stopped) {
      // What is retried by hand leaves its final status, as it should.
      const recent = this.history.submits.slice(-RECENT).filter(({ plan }) => plan.steer !== 'retry');
      const ids = recent.flatMap(({ certainty, id }) => (certainty === 'ok' && id !== undefined ? [id] : []));
      if (ids.length > 0) await this.#look(this.random.pick(ids));
      await wait(LOOK_EVERY_MS);
    }
  }

  async #look(id: string): Promise<void> {
    const [, url] = this.random.pick([...this.system.urls]);
    const response = await fetch(new URL(`/v1/jobs/${id}`, url), {
      headers: { authorization: `Bearer ${this.system.suite.apiKey}` },
      signal: AbortSignal.timeout(ANSWER_PATIENCE_MS),
    }).catch(() => undefined);
    const job =
      response?.status === 200 ? ((await response.json().catch(() => undefined)) as Job | undefined) : undefined;
    if (job === undefined) return;
    const before = this.#seen.get(id);
    this.#seen.set(id, job);
    if (before === undefined) return;
    const complaint = wentBack(before, job);
    if (complaint !== undefined) this.violations.push({ invariant: 'I6', what: complaint, jobs: [id] });
  }
}

function wentBack(before: Seen, now: Seen): string | undefined {
  if (now.version < before.version) return `version went from ${before.version} back to ${now.version}`;
  if (now.attempt < before.attempt) return `attempt went from ${before.attempt} back to ${now.attempt}`;
  if (isFinal(before.status) && now.status !== before.status) return `was ${before.status} and became ${now.status}`;
  if (now.progress.percent > 100) return `progress is ${now.progress.percent}`;
  return undefined;
}
