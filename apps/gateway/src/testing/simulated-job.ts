import { isFinal, type JobStatus, type Outcome, type RunReport } from '#libs/contracts';
import { decide } from '../tracker/decide.js';
import { type Decision, type JobState } from '../tracker/job-state.js';
import { isLost, type Watch, watched } from '../tracker/silence.js';
import { lost } from '../tracker/transitions.js';
import { endedBy, NOW, randomFrom, returnedAs, startedBy, workerOf } from './job-reports.js';

const LOOK_MS = 1_000;
/** The share of reports that come twice. */
const TWICE = 0.3;
const MOST_STEPS = 5_000;
/** Something happens to runs up to this one only. */
const LAST_FAULTY_RUN = 6;

/** What happens to a run, beside that its handler comes to its end. */
const FAULTS = [
  /** Its worker dies before or after it could say that the run has started, or when it has reported: the message comes back. */
  'dies unheard',
  'dies',
  'dies reported',
  /** Its worker ends in order. */
  'drains',
  /** Its worker loses its channel: the message comes back, the handler goes on. */
  'loses its channel',
  /** Its worker stands still, is perhaps taken for gone, and goes on. */
  'stands still',
] as const;
type Fault = (typeof FAULTS)[number];

/** What a history is made of. */
export interface Script {
  /** What runs come to, in turn; the last for all further ones. */
  readonly outcomes: readonly Outcome[];
  /** To how many runs something happens, at most; `every`: each run kills its worker. */
  readonly faults: number | 'every';
  /** The share of reports that never arrive. @default 0 */
  readonly drops?: number;
}

/** How a history ended. */
export interface Ending {
  readonly status: JobStatus;
  readonly result: unknown;
  readonly code: string | undefined;
  readonly charged: number;
  readonly losses: number;
  readonly letters: number;
}

interface Worker {
  readonly run: number;
  readonly attempt: number;
  /** False for one that is dead or stands still. */
  awake: boolean;
  /** Whether it will yet report what came of the run. */
  holds: boolean;
}

/**
 * A job, the messages that the ledger sends out for it, the workers that take them, the reports on their way, and the looks
 * at runs whose message has come back. One seed says what happens to its runs, the other in which order and how often
 * reports come.
 */
export class SimulatedJob {
  state: JobState;
  /** The rules that were broken. */
  readonly broken: string[] = [];
  /** What happened, in order. */
  readonly story: string[] = [];
  readonly #script: Script;
  readonly #faults: ReadonlyMap<number, Fault>;
  readonly #random: () => number;
  readonly #messages: number[];
  readonly #reports: RunReport[] = [];
  readonly #workers = new Map<number, Worker>();
  readonly #sent: Set<number>;
  readonly #buried = new Set<number>();
  #watch: Watch | undefined;
  #looks = 0;

  constructor(state: JobState, script: Script, seeds: { readonly history: number; readonly order: number }) {
    this.state = state;
    this.#script = script;
    this.#faults = faultsOf(script, randomFrom(seeds.history));
    this.#random = randomFrom(seeds.history * 1_000 + seeds.order);
    this.#messages = [state.run];
    this.#sent = new Set([state.run]);
  }

  /** Lets things happen until nothing can any more. */
  live(): Ending {
    for (let step = 0; step < MOST_STEPS; step += 1) {
      const possible = this.#possible();
      if (possible.length === 0) break;
      this.#one(possible)();
    }
    const { status, result, error, charged, losses } = this.state;
    if (charged > this.#workers.size) this.broken.push('more is charged than was begun');
    return { status, result, code: error?.code, charged, losses, letters: this.#buried.size };
  }

  /** Takes what was decided for the truth, and looks whether it may be. */
  move(decision: Decision, why: string): void {
    this.broken.push(...this.#brokenBy(decision));
    const { state, send, deadLetter } = decision;
    this.state = state;
    this.story.push(`${why}: ${state.status}`);
    if (deadLetter !== null) this.#buried.add(deadLetter.run);
    if (send === null) return;
    this.#sent.add(send.run);
    this.#messages.push(send.run);
  }

  #brokenBy({ state, send, deadLetter }: Decision): string[] {
    const before = this.state;
    const rules = {
      'a final status is left': isFinal(before.status) && state !== before,
      'the run falls': state.run < before.run,
      'the attempt falls': state.attempt < before.attempt,
      'what is charged falls': state.charged < before.charged,
      'more is tried than may be': Math.max(state.attempt, state.charged) > state.maxAttempts,
      'a run is sent twice': send !== null && this.#sent.has(send.run),
      'another run is sent than the newest': send !== null && send.run !== state.run,
      'a run is buried twice': deadLetter !== null && this.#buried.has(deadLetter.run),
      'a failure is not buried': (deadLetter !== null) !== (state.status === 'failed' && before.status !== 'failed'),
      'a job is in doubt that does not run': state.returnedAt !== null && state.status !== 'running',
    };
    return Object.entries(rules).flatMap(([rule, isBroken]) => (isBroken ? [rule] : []));
  }

  #possible(): (() => void)[] {
    const holding = [...this.#workers.values()].filter(({ holds }) => holds);
    return [
      ...this.#reports.map((report) => () => this.#deliver(report)),
      ...this.#messages.map((run) => () => this.#take(run)),
      ...holding.map((worker) => () => this.#goOn(worker)),
      ...(this.state.returnedAt === null ? [] : [() => this.#look()]),
    ];
  }

  #deliver(report: RunReport): void {
    if (this.#random() >= TWICE) this.#reports.splice(this.#reports.indexOf(report), 1);
    this.move(decide(this.state, report, { now: NOW, random: 0 }), `${report.type} ${report.run}`);
  }

  #take(run: number): void {
    this.#messages.splice(this.#messages.indexOf(run), 1);
    const fault = this.#faults.get(run) ?? (this.#script.faults === 'every' ? 'dies' : undefined);
    const attempt = this.state.charged + 1;
    const awake = fault === undefined || fault === 'loses its channel';
    this.#workers.set(run, { run, attempt, awake, holds: awake || fault === 'stands still' });
    this.story.push(`${run} ${fault ?? 'runs'}`);
    this.#sayOf(run, attempt, fault);
  }

  #sayOf(run: number, attempt: number, fault: Fault | undefined): void {
    if (fault !== 'dies unheard') this.#say(startedBy(run, attempt));
    if (fault === 'dies reported') this.#say(endedBy(run, attempt, this.#outcomeOf(run)));
    if (fault === 'drains') this.#say(returnedAs(run, 'draining', workerOf(run)));
    else if (fault !== undefined) this.#say(returnedAs(run, 'redelivered'));
  }

  #goOn(worker: Worker): void {
    if (worker.awake) {
      worker.holds = false;
      this.#say(endedBy(worker.run, worker.attempt, this.#outcomeOf(worker.run)));
    }
    worker.awake = true;
  }

  #look(): void {
    const { run } = this.state;
    const worker = this.#workers.get(run);
    this.#looks += 1;
    const heardAt = worker?.awake === true ? this.#looks : 0;
    this.#watch = watched(this.#watch, { run, heardAt, named: worker?.holds === true }, LOOK_MS);
    if (isLost(this.#watch)) this.move(lost(this.state, NOW), `lost ${run}`);
  }

  #say(report: RunReport): void {
    if (this.#random() >= (this.#script.drops ?? 0)) this.#reports.push(report);
  }

  #outcomeOf(run: number): Outcome {
    const { outcomes } = this.#script;
    const outcome = outcomes[Math.min(run, outcomes.length) - 1];
    if (outcome === undefined) throw new Error('Expected a script with at least one outcome.');
    return outcome;
  }

  #one<T>(list: readonly T[]): T {
    return list[Math.floor(this.#random() * list.length)] as T;
  }
}

function faultsOf({ faults }: Script, random: () => number): ReadonlyMap<number, Fault> {
  const deadly = faults === 'every';
  const found = new Map<number, Fault>();
  for (let count = 0; count < (deadly ? LAST_FAULTY_RUN : faults); count += 1) {
    const run = 1 + Math.floor(random() * LAST_FAULTY_RUN);
    const fault = FAULTS[Math.floor(random() * (deadly ? 2 : FAULTS.length))];
    if (fault !== undefined) found.set(run, fault);
  }
  return found;
}
