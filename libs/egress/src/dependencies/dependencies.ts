import { isHeartbeatName, type ShownDependency } from '#libs/contracts';
import { type Verdict } from './breaker.js';
import { type Allowance, Dependency, type ParkReason } from './dependency.js';
import { dependencyNews, type DependencyNews, isToldName } from './dependency-news.js';
import { PeerTable } from './peer-table.js';
import { Returns } from './returns.js';
import { type DependencyTerms } from './terms.js';

const TELL_EVERY_MS = 1_000;
/** For so long a process counts as a user of a limited dependency after its last call. */
const USER_MS = 30_000;
/** What has not been used for so long is forgotten, and sooner where there are many. */
const FORGET_MS = 600_000;
const MANY = 5_000;
const FORGET_OF_MANY_MS = 10_000;
/** In one telling, the open ones first; the others' turn comes when those have closed. */
const MOST_TOLD = 1_000;
const MOST_SHOWN = 100;
/** How long a process that has just come waits for what the others know. */
const HEARING_MS = 500;

/** The other processes of the app. */
export interface Peers {
  /** The name of this process. */
  readonly self: string;
  /** Tells all of them, this one too; what is lost is made up for by the next. */
  tell(news: unknown): void;
  /** Calls back with what is told, and whenever this process begins to hear it. */
  listen(on: { readonly heard: (from: string, news: unknown) => void; readonly joined: () => void }): void;
}

export interface DependenciesOptions {
  /** Jobs at once in this process. */
  readonly slots: number;
  readonly peers: Peers;
  /** What a dependency may be asked to bear, by its name. */
  readonly termsOf: (name: string) => DependencyTerms;
  /** Milliseconds of a clock that only rises. @default performance.now */
  readonly now?: () => number;
  /** 0 to 1. @default Math.random */
  readonly random?: () => number;
}

/** A call that may be made. */
export interface Entry {
  /** The head of its answer is there. */
  readonly answered: () => void;
  /** It is over; only the first time counts. */
  readonly end: (verdict: Verdict) => void;
}

/** The call may not be made now. */
export class Parked extends Error {
  constructor(
    readonly reason: ParkReason,
    /** When it is worth while to ask again. */
    readonly waitMs: number,
  ) {
    super(`Not now: ${reason}`);
    this.name = 'Parked';
  }
}

/**
 * Says which calls may be made, so that a dependency is asked for no more than it bears, by all processes of the app together, and
 * one that is down keeps nobody waiting. Limits are shared out among those who use a dependency; breakers open and close for all.
 */
export class Dependencies {
  readonly #byName = new Map<string, Dependency>();
  /** Jobs that find no place because too many dependencies may hang, and those that wait for a try of what may hang still. */
  readonly #crowd = new Returns();
  readonly #peers: Peers;
  readonly #table: PeerTable;
  readonly #slots: number;
  readonly #now: () => number;
  readonly #random: () => number;
  readonly #termsOf: (name: string) => DependencyTerms;
  #hearsFrom = Number.POSITIVE_INFINITY;
  readonly #telling: NodeJS.Timeout;

  constructor({ slots, peers, termsOf, now = () => performance.now(), random = Math.random }: DependenciesOptions) {
    this.#slots = slots;
    this.#termsOf = termsOf;
    this.#peers = peers;
    this.#now = now;
    this.#random = random;
    this.#table = new PeerTable(peers.self);
    peers.listen({
      heard: (from, news) => {
        this.#hear(from, news);
      },
      joined: () => {
        this.#hearsFrom = now() + HEARING_MS;
        this.#say(true);
      },
    });
    this.#telling = setInterval(() => {
      this.tell();
    }, TELL_EVERY_MS).unref();
  }

  /** @throws Parked when the call may not be made now */
  enter(name: string): Entry {
    const now = this.#now();
    const dependency = this.#get(name);
    const allowance = this.#allowanceOf(name, dependency, now);
    const reason = dependency.refusal(allowance, now);
    if (reason !== undefined) {
      const crowd = dependency.state(now) === 'half-open' ? this.#crowd : undefined;
      throw new Parked(reason, dependency.park(allowance, now, crowd));
    }
    if (this.#isCrowded(dependency, now)) {
      throw new Parked('dependency_busy', dependency.park(allowance, now, this.#crowd));
    }
    const call = dependency.begin(allowance, now);
    return {
      answered: () => {
        call.answered = true;
      },
      end: (verdict) => {
        if (dependency.end(call, verdict, this.#now())) this.#say(false);
      },
    };
  }

  /** A call has failed. How long its job had better stay away; undefined when the dependency is not down. */
  downFor(name: string): number | undefined {
    const now = this.#now();
    const dependency = this.#get(name);
    const isDown = dependency.state(now) === 'open';
    return isDown ? dependency.park(this.#allowanceOf(name, dependency, now), now) : undefined;
  }

  /** What is in use or not closed, the troubled first, as far as a heartbeat can name it. */
  view(): ShownDependency[] {
    const now = this.#now();
    const shown = [...this.#byName].flatMap(([name, dependency]) => {
      const state = dependency.state(now);
      const isQuiet = state === 'closed' && !dependency.usedWithin(USER_MS, now);
      if (isQuiet || !isHeartbeatName(name)) return [];
      return [{ name, state, inFlight: dependency.inFlight, parked: dependency.parked(now) }];
    });
    return shown.sort((a, b) => Number(a.state === 'closed') - Number(b.state === 'closed')).slice(0, MOST_SHOWN);
  }

  /** Tells the others how things are, and forgets what is over; by itself every second. */
  tell(): void {
    const now = this.#now();
    this.#table.forgetSilent(now);
    const keptMs = this.#byName.size > MANY ? FORGET_OF_MANY_MS : FORGET_MS;
    for (const [name, dependency] of this.#byName) {
      if (dependency.usedWithin(keptMs, now) || dependency.state(now) === 'open') continue;
      this.#byName.delete(name);
    }
    this.#say(false);
  }

  stop(): void {
    clearInterval(this.#telling);
  }

  #get(name: string): Dependency {
    const known = this.#byName.get(name) ?? new Dependency(this.#termsOf(name), this.#random);
    this.#byName.set(name, known);
    return known;
  }

  #allowanceOf(name: string, { terms, inFlight }: Dependency, now: number): Allowance {
    const { concurrency, perSecond } = terms;
    // Who has just come does not know yet how much of a limit others use.
    const isDeaf = now < this.#hearsFrom;
    const calls = concurrency === null ? this.#slots : this.#wholeShare(name, concurrency, inFlight);
    return {
      calls: isDeaf && (concurrency !== null || perSecond !== null) ? 0 : calls,
      perSecond: perSecond === null ? null : this.#table.share(name, perSecond),
    };
  }

  // What others have in flight still counts when their share has just become smaller.
  #wholeShare(name: string, limit: number, inFlight: number): number {
    const isFull = inFlight + this.#table.inFlight(name) >= limit;
    return isFull ? inFlight : this.#table.wholeShare(name, limit);
  }

  /**
   * Dependencies of which nobody knows that they answer may hang. Together they get no more than half of the places, and when they
   * have a quarter of them each gets one at most, so that however many hang, those that answer go on.
   */
  #isCrowded(dependency: Dependency, now: number): boolean {
    if (dependency.isProven(now)) return false;
    let unproven = 0;
    for (const other of this.#byName.values()) {
      if (other.inFlight > 0 && !other.isProven(now)) unproven += other.inFlight;
    }
    return unproven >= (dependency.inFlight === 0 ? this.#slots / 2 : this.#slots / 4);
  }

  #say(hello: boolean): void {
    const news = this.#news(hello);
    if (hello || news.uses.length > 0 || news.breakers.length > 0) this.#peers.tell(news);
  }

  #news(hello: boolean): DependencyNews {
    const now = this.#now();
    const all = [...this.#byName].filter(([name]) => isToldName(name));
    const users = all.filter(([, dependency]) => dependency.isLimited && dependency.usedWithin(USER_MS, now));
    const breakers = all.flatMap(([name, dependency]) => {
      const news = dependency.news(now);
      return news === undefined ? [] : [[name, news] as const];
    });
    return {
      hello,
      uses: users.slice(0, MOST_TOLD).map(([name, { inFlight }]) => [name, inFlight]),
      breakers: breakers.sort(([, a], [, b]) => Number(b.open) - Number(a.open)).slice(0, MOST_TOLD),
    };
  }

  #hear(from: string, told: unknown): void {
    const news = dependencyNews(told);
    if (news === undefined || from === this.#peers.self) return;
    const now = this.#now();
    this.#table.heard(from, news.uses, now);
    for (const [name, breaker] of news.breakers) {
      // That one is closed says nothing to who has never taken it for open; and what all forget would never be forgotten.
      if (breaker.open || this.#byName.has(name)) this.#get(name).learn(breaker, now);
    }
    if (news.hello) this.#say(false);
  }
}
