import { CircuitState, CountBreaker } from 'cockatiel';
import { type DependencyState } from '#libs/contracts';
import { type BreakerTerms } from './terms.js';

const CALLS_LOOKED_AT = 20;
/** Each success of a release makes room for one call more; with so much room it is over. */
const RAMPED_UP = 64;

/** How a call went: for the dependency, against it, or so that it says nothing of it. */
export type Verdict = 'success' | 'failure' | 'neither';

/** What processes tell each other of a breaker. Times are spans: nobody has to believe in another's clock. */
export interface BreakerNews {
  /** Rises with every opening and closing, whoever brings it about. */
  readonly version: number;
  readonly open: boolean;
  readonly openForMs: number;
  /** How often it has opened in a row. */
  readonly openings: number;
}

/** What a call takes along, for its end. */
export interface BreakerPass {
  readonly version: number;
  readonly probe: boolean;
}

/**
 * The circuit breaker of one dependency, as one process knows it. What processes know of it is joined by the higher version, an open
 * one before a closed one: whatever order news come in, and however often, all end with the same. Times are milliseconds of a
 * clock that only rises.
 */
export class Breaker {
  readonly #terms: BreakerTerms;
  #judge: CountBreaker;
  #version = 0;
  #open = false;
  #openUntil = 0;
  #openings = 0;
  #probing = false;
  #most = Number.POSITIVE_INFINITY;

  constructor(terms: BreakerTerms) {
    this.#terms = terms;
    this.#judge = judgeOf(terms);
  }

  state(now: number): DependencyState {
    if (this.#open) return now < this.#openUntil ? 'open' : 'half-open';
    return this.#most === Number.POSITIVE_INFINITY ? 'closed' : 'ramping';
  }

  /** How long it stays open; 0 when it is not. */
  openForMs(now: number): number {
    return this.#open ? Math.max(0, this.#openUntil - now) : 0;
  }

  /** Whether one call more may be made beside so many. */
  admits(inFlight: number, now: number): boolean {
    switch (this.state(now)) {
      case 'closed':
        return true;
      case 'ramping':
        return inFlight < this.#most;
      case 'half-open':
        return !this.#probing;
      case 'open':
        return false;
    }
  }

  /** A call that was admitted begins. */
  begin(now: number): BreakerPass {
    const probe = this.state(now) === 'half-open';
    if (probe) this.#probing = true;
    return { version: this.#version, probe };
  }

  /** A call has ended. True when that has opened or closed it. */
  end({ version, probe }: BreakerPass, verdict: Verdict, now: number): boolean {
    // What began before the last opening or closing says nothing of what is.
    if (version !== this.#version) return false;
    if (probe) this.#probing = false;
    if (verdict === 'neither') return false;
    if (probe) this.#probed(verdict === 'success', now);
    else if (verdict === 'success') this.#succeeded();
    else return this.#failed(now);
    return probe;
  }

  /** What there is to tell; undefined while nothing has ever happened to it. */
  news(now: number): BreakerNews | undefined {
    if (this.#version === 0) return undefined;
    return {
      version: this.#version,
      open: this.#open,
      openForMs: Math.round(this.openForMs(now)),
      openings: this.#openings,
    };
  }

  /** Takes what another process knows. True when it was new. */
  learn({ version, open, openForMs, openings }: BreakerNews, now: number): boolean {
    const isNewer = version > this.#version || (version === this.#version && open && !this.#open);
    if (!isNewer) return false;
    this.#openings = openings;
    // One that was closed all the time has nothing to begin anew with.
    if (open || this.#open) this.#turn(version, open);
    else this.#version = version;
    this.#openUntil = now + Math.min(openForMs, this.#terms.longestOpenMs);
    return true;
  }

  #probed(isBack: boolean, now: number): void {
    if (isBack) this.#turn(this.#version + 1, false);
    else this.#openAt(now);
  }

  #succeeded(): void {
    this.#judge.success(CircuitState.Closed);
    this.#most += 1;
    if (this.#most <= RAMPED_UP) return;
    this.#most = Number.POSITIVE_INFINITY;
    this.#openings = 0;
  }

  #failed(now: number): boolean {
    if (this.#most !== Number.POSITIVE_INFINITY) this.#most = Math.max(1, Math.floor(this.#most / 2));
    const opens = this.#judge.failure(CircuitState.Closed);
    if (opens) this.#openAt(now);
    return opens;
  }

  #openAt(now: number): void {
    this.#openings += 1;
    this.#turn(this.#version + 1, true);
    const { openMs, longestOpenMs } = this.#terms;
    this.#openUntil = now + Math.min(openMs * 2 ** (this.#openings - 1), longestOpenMs);
  }

  #turn(version: number, open: boolean): void {
    this.#version = version;
    this.#open = open;
    this.#probing = false;
    this.#most = open ? Number.POSITIVE_INFINITY : 1;
    this.#judge = judgeOf(this.#terms);
  }
}

function judgeOf({ failureShare, leastCalls }: BreakerTerms): CountBreaker {
  return new CountBreaker({
    threshold: failureShare,
    size: Math.max(CALLS_LOOKED_AT, leastCalls),
    minimumNumberOfCalls: leastCalls,
  });
}
