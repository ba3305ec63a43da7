import { type MailRates } from '#libs/config';
import { RetryAfter } from '#libs/consumer';
import { Pace } from './pace.js';

const EVERY_OTHER_DOMAIN = '*';
/** With more domains than this, those that nobody waits for are forgotten. */
const MANY = 10_000;
/** A mail that has to wait longer for its domain leaves its place among the jobs in hand to mails to others. */
const DOMAIN_PATIENCE_MS = 1_000;
/** No other mail could go meanwhile either, so a place may be held longer. */
const PATIENCE_MS = 30_000;

/** What is asked of the paces for a mail. */
export interface Departure {
  /** The domains of its recipients, each once. */
  readonly domains: readonly string[];
  /**
   * Its job was sent out before: the mail was put off, as a rule, or was tried, handed back or retried by hand, which a run does not
   * know of itself.
   */
  readonly isFurtherRun: boolean;
}

/** The rates of this process: that of all mails, and that of each domain of recipients, its own or that of every other one. */
export class Paces {
  readonly #all: readonly Pace[];
  readonly #rates: MailRates['byDomain'];
  readonly #byDomain = new Map<string, Pace>();

  /** @param now when they begin, by the clock of every call */
  constructor(rates: MailRates, now: number) {
    this.#all = rates.all === null ? [] : [new Pace(rates.all, now)];
    this.#rates = rates.byDomain;
  }

  /**
   * Takes a place for a mail in each rate that it falls under; the latest of them, by the clock of `now`.
   * @throws RetryAfter when it has to wait long; no place is taken then
   */
  take({ domains, isFurtherRun }: Departure, now: number): number {
    const own = domains.flatMap((domain) => this.#paceOf(domain, now) ?? []);
    const rates = [
      { paces: own, patienceMs: DOMAIN_PATIENCE_MS, why: 'the rate of its domain' },
      { paces: this.#all, patienceMs: PATIENCE_MS, why: 'the rate of all mails' },
    ];
    for (const { paces, patienceMs, why } of rates) {
      const late = paces.find((pace) => pace.next(isFurtherRun, now) - now > patienceMs);
      if (late !== undefined) throw new RetryAfter(Math.ceil(late.putOff(now) - now), why);
    }
    return Math.max(now, ...[...own, ...this.#all].map((pace) => pace.take(isFurtherRun, now)));
  }

  #paceOf(domain: string, now: number): Pace | undefined {
    const kept = this.#byDomain.get(domain);
    if (kept !== undefined) return kept;
    const rate = this.#rates.get(domain) ?? this.#rates.get(EVERY_OTHER_DOMAIN);
    if (rate === undefined) return undefined;
    this.#forgetIdle(now);
    const pace = new Pace(rate, now);
    this.#byDomain.set(domain, pace);
    return pace;
  }

  #forgetIdle(now: number): void {
    if (this.#byDomain.size < MANY) return;
    for (const [domain, pace] of this.#byDomain) if (pace.isIdle(now)) this.#byDomain.delete(domain);
  }
}
