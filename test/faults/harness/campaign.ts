import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { isFinal, type Job } from '#libs/contracts';
import { Witness } from '../../support/witness.js';
import { type Fault, type Scene, type Toll } from './fault.js';
import { type FaultSuite } from './fault-suite.js';
import { Follower } from './follower.js';
import { History } from './history.js';
import { type HttpTarget } from './http-target.js';
import { check, type Evidence } from './invariants.js';
import { JobPublisher } from './job-publisher.js';
import { drawPlan } from './job-plan.js';
import { JobReader } from './job-reader.js';
import { Observer } from './observer.js';
import { type SeededRandom } from './random.js';
import { Steering } from './steering.js';
import { type Strike } from './strike.js';
import { Submitter } from './submitter.js';
import { type Violation, violation } from './violation.js';

const LOOK_EVERY_MS = 250;
const UUID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/;
const MOST_EXPLAINED = 12;
const LINES_EXPLAINED = 40;

interface CampaignOptions {
  readonly perSecond: number;
  readonly target: HttpTarget;
}

/** Jobs under faults: a steady stream of them, a sequence of faults, and what came of it. */
export class Campaign {
  readonly name = randomBytes(6).toString('hex');
  readonly history = new History();
  readonly strikes: Strike[] = [];
  readonly reader: JobReader;
  readonly #witness: Witness;
  readonly #publisher: JobPublisher;
  readonly #submitter: Submitter;
  readonly #steering: Steering;
  readonly #observer: Observer;
  readonly #follower: Follower;
  readonly #scene: Scene;
  #toll: Toll = { charged: 0, uncharged: 0 };

  constructor(
    private readonly system: FaultSuite,
    random: SeededRandom,
    private readonly options: CampaignOptions,
  ) {
    const { suite } = system;
    this.reader = new JobReader(suite, this.name);
    this.#witness = new Witness(suite.dataFolder, this.name);
    this.#publisher = new JobPublisher(suite.servers.rabbitmqUrl);
    const traces = { witness: this.#witness.file, target: options.target.url };
    const plans = random.fork('plans');
    const ways = { gateways: system.urls, apiKey: suite.apiKey, publisher: this.#publisher };
    this.#steering = new Steering(ways, random.fork('steering'));
    this.#follower = new Follower(ways, random.fork('follower'));
    this.#submitter = new Submitter(ways, this.history, random.fork('ways'), {
      perSecond: options.perSecond,
      draw: () => drawPlan(plans, traces),
      campaign: this.name,
      answered: (submit) => {
        this.#steering.take(submit);
        this.#follower.take(submit);
      },
    });
    this.#observer = new Observer(system, this.history, random.fork('observer'));
    this.#scene = {
      system,
      history: this.history,
      random: random.fork('faults'),
      publisher: this.#publisher,
      witness: traces.witness,
    };
  }

  start(): void {
    this.#submitter.start();
    this.#observer.start();
  }

  get submitted(): number {
    return this.#submitter.submitted;
  }

  /** Makes one fault and ends it. */
  async strike(fault: Fault): Promise<Strike> {
    const [at, began] = [Date.now(), performance.now()];
    try {
      const { charged, uncharged } = await fault.strike(this.#scene);
      this.#toll = { charged: this.#toll.charged + charged, uncharged: this.#toll.uncharged + uncharged };
    } catch (error) {
      throw new Error(`The fault "${fault.kind}" could not be made: ${String(error)}`, { cause: error });
    }
    const strike: Strike = { kind: fault.kind, at, lastedMs: performance.now() - began, recoveredMs: undefined };
    this.strikes.push(strike);
    process.stderr.write(`${fault.kind}: ${(strike.lastedMs / 1_000).toFixed(1)} s\n`);
    return strike;
  }

  /** Waits until every job that is there has ended, and notes how long that took. */
  async recover(strike: Strike, withinMs: number): Promise<void> {
    const [ended, began] = [Date.now(), performance.now()];
    while (performance.now() - began < withinMs) {
      const open = await this.reader.openBefore(ended).catch(() => 'no answer');
      if (open === undefined) {
        strike.recoveredMs = performance.now() - began;
        return;
      }
      await wait(LOOK_EVERY_MS);
    }
  }

  /** Submits no more. */
  async end(): Promise<void> {
    await this.#submitter.stop();
    await this.system.allUp();
    await this.#steering.stop();
  }

  /** Waits until everything has come to rest and checks what there is. */
  async verdict(withinMs: number): Promise<{ readonly evidence: Evidence; readonly violations: readonly Violation[] }> {
    const deadline = Date.now() + withinMs;
    while (Date.now() < deadline && !(await this.#atRest())) await wait(LOOK_EVERY_MS);
    await this.#observer.stop();
    await this.#follower.stop();
    await this.#publisher.close();
    const evidence: Evidence = {
      submits: this.history.submits,
      jobs: await this.reader.all(),
      executions: this.#witness.beginnings(),
      calls: this.options.target.calls,
      toll: this.#toll,
      silences: this.system.silences,
      strikes: this.strikes,
      cancelled: this.#steering.cancelled,
      retried: this.#steering.retried,
    };
    const backlog = await this.#backlog();
    const violations = [
      ...check(evidence),
      ...this.#observer.violations,
      ...this.#follower.violations(evidence.jobs),
      ...violation('I11', 'the outbox is not empty again', backlog),
    ];
    return { evidence, violations };
  }

  /** What the suite itself tells of the jobs that a violation names, and what was seen of them from outside. */
  async explain(violations: readonly Violation[]): Promise<string> {
    const named = violations.flatMap(({ jobs }) => jobs.flatMap((text) => UUID.exec(text)?.[0] ?? []));
    const beginnings = this.#witness.beginnings();
    const told = [...new Set(named)].slice(0, MOST_EXPLAINED).map(async (id) => {
      const [job, attempts, place] = await Promise.all(
        [`jobs/${id}`, `jobs/${id}/attempts`, `audit?jobId=${id}`].map((path) =>
          this.system.suite.api('GET', `/v1/${path}`),
        ),
      );
      const submits = this.history.submits.filter((submit) => submit.id === id);
      const suite = { job: job?.body, attempts: attempts?.body, place: place?.body };
      return JSON.stringify({ submits, ...suite, beginnings: beginnings.get(id) });
    });
    const audit = await this.system.suite.api('GET', '/v1/audit');
    const logs = this.system.processes.flatMap((name) => [
      name,
      ...this.system.suite.log(name).slice(-LINES_EXPLAINED),
    ]);
    const strikes = this.strikes.map(
      ({ kind, at, lastedMs }) => `${new Date(at).toISOString()} ${kind}, ${lastedMs} ms`,
    );
    const probes = await this.system.suite.servers.query('select * from probes order by sent_at');
    const suspects = await this.system.suite.servers.query('select * from suspects');
    const ledger = [{ probes, suspects }, audit.body].map((part) => JSON.stringify(part));
    // What tells most comes last: the beginning of a long output is what a reader of it misses.
    return [...logs, ...strikes, ...ledger, ...(await Promise.all(told))].join('\n');
  }

  async #atRest(): Promise<boolean> {
    try {
      if ((await this.reader.openBefore(Date.now() + 1_000)) !== undefined) return false;
      const jobs: ReadonlyMap<string, Job> = await this.reader.all();
      const final = (id: string): boolean => isFinal(jobs.get(id)?.status ?? 'queued');
      return this.history.acknowledged.every(final) && (await this.#backlog()).length === 0;
    } catch {
      return false;
    }
  }

  async #backlog(): Promise<readonly string[]> {
    const rows = await this.system.suite.servers.query<{ kind: string; job_id: string }>(
      'select kind, job_id from outbox limit 20',
    );
    return rows.map(({ kind, job_id: job }) => `${job} (${kind})`);
  }
}
