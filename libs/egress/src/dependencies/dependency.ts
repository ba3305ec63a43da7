import { type DependencyState } from '#libs/contracts';
import { Breaker, type BreakerNews, type BreakerPass, type Verdict } from './breaker.js';
import { Pace } from './pace.js';
import { Returns } from './returns.js';
import { type DependencyTerms } from './terms.js';

/** A call that has had no answer for so long is one that hangs. */
const HANGING_MS = 1_000;
/** For how long a success speaks for a dependency. */
const PROVEN_MS = 600_000;
/** Before a job that found no room tries again. */
const BUSY_MS = 500;
/** Between the returns of two jobs. */
const APART_MS = 50;

/** Why a call may not be made now: the dependency is down, or as many calls are made as may be. */
export type ParkReason = 'dependency_down' | 'dependency_busy';

/** What one process may ask of a dependency. */
export interface Allowance {
  /** Calls at once. */
  readonly calls: number;
  /** Calls begun in a second; null: no limit. */
  readonly perSecond: number | null;
}

/** A call that is being made. */
export interface CallInFlight {
  readonly pass: BreakerPass;
  readonly since: number;
  /** Whether the head of its answer is there. */
  answered: boolean;
}

/** A connection or a host, as one process sees it. Times are milliseconds of a clock that only rises. */
export class Dependency {
  readonly terms: DependencyTerms;
  readonly #breaker: Breaker;
  readonly #pace = new Pace();
  readonly #calls = new Set<CallInFlight>();
  readonly #random: () => number;
  readonly #returns = new Returns();
  #provenUntil = 0;
  #usedAt = 0;

  constructor(terms: DependencyTerms, random: () => number) {
    this.terms = terms;
    this.#breaker = new Breaker(terms.breaker);
    this.#random = random;
  }

  get inFlight(): number {
    return this.#calls.size;
  }

  get isLimited(): boolean {
    return this.terms.concurrency !== null || this.terms.perSecond !== null;
  }

  state(now: number): DependencyState {
    return this.#breaker.state(now);
  }

  /** Jobs that have been sent away and not come back yet, as far as this process knows. */
  parked(now: number): number {
    return this.#returns.count(now);
  }

  usedWithin(ms: number, now: number): boolean {
    return this.#calls.size > 0 || now - this.#usedAt <= ms;
  }

  /** True while it answers: it has done so lately, and no call hangs. */
  isProven(now: number): boolean {
    if (now >= this.#provenUntil) return false;
    for (const { answered, since } of this.#calls) if (!answered && now - since > HANGING_MS) return false;
    return true;
  }

  /** Why a call may not be made now; undefined when it may. */
  refusal({ calls, perSecond }: Allowance, now: number): ParkReason | undefined {
    this.#usedAt = now;
    if (!this.#breaker.admits(this.#calls.size, now)) {
      return this.#breaker.state(now) === 'ramping' ? 'dependency_busy' : 'dependency_down';
    }
    const isFree = this.#calls.size < calls && (perSecond === null || this.#pace.waitMs(now) === 0);
    return isFree ? undefined : 'dependency_busy';
  }

  begin({ perSecond }: Allowance, now: number): CallInFlight {
    if (perSecond !== null) this.#pace.take(now, perSecond);
    const call = { pass: this.#breaker.begin(now), since: now, answered: false };
    this.#calls.add(call);
    return call;
  }

  /** True when that has opened or closed its breaker. */
  end(call: CallInFlight, verdict: Verdict, now: number): boolean {
    if (!this.#calls.delete(call)) return false;
    this.#usedAt = now;
    if (verdict === 'success') this.#provenUntil = now + PROVEN_MS;
    const turned = this.#breaker.end(call.pass, verdict, now);
    if (turned && verdict === 'failure') this.#provenUntil = 0;
    return turned;
  }

  /**
   * Sends a job away, and says for how long. The later ones come back later: at the pace that the limit has, else so that they do
   * not all stand at a door that has just been opened.
   * @param crowd the jobs, of whatever dependency, that wait for the same places; this one is among them from now on
   */
  park({ perSecond }: Allowance, now: number, crowd?: Returns): number {
    const own = this.#returns.spreadMs(perSecond === null ? APART_MS : 1_000 / perSecond, now);
    const spread = Math.max(own, crowd?.spreadMs(APART_MS, now) ?? 0);
    const least = Math.max(BUSY_MS, this.#breaker.openForMs(now), perSecond === null ? 0 : this.#pace.waitMs(now));
    const ms = Math.ceil(least + spread * this.#random());
    this.#returns.add(now + ms);
    crowd?.add(now + ms);
    return ms;
  }

  news(now: number): BreakerNews | undefined {
    return this.#breaker.news(now);
  }

  /** Takes what another process knows of it. */
  learn(news: BreakerNews, now: number): void {
    if (this.#breaker.learn(news, now)) this.#usedAt = now;
  }
}
