import { Pace } from './pace.js';

const EVERY_OTHER_DOMAIN = '*';
/** With more than this, paces that nobody waits for are forgotten. */
const MANY = 10_000;

/** The pace of each domain of recipients: its own, or that of every other one. */
export class DomainPaces {
  readonly #rates: ReadonlyMap<string, number>;
  readonly #paces = new Map<string, Pace>();

  /** @param rates mails per second by domain; `*` is every domain without a rate of its own */
  constructor(rates: ReadonlyMap<string, number>) {
    this.#rates = rates;
  }

  /** When a mail to these domains may go: the latest of the places that it takes in each. */
  take(domains: Iterable<string>, now: number): number {
    return Math.max(now, ...[...domains].map((domain) => this.#paceOf(domain, now)?.take(now) ?? now));
  }

  #paceOf(domain: string, now: number): Pace | undefined {
    const kept = this.#paces.get(domain);
    if (kept !== undefined) return kept;
    const rate = this.#rates.get(domain) ?? this.#rates.get(EVERY_OTHER_DOMAIN);
    if (rate === undefined) return undefined;
    this.#forgetIdle(now);
    const pace = new Pace(rate);
    this.#paces.set(domain, pace);
    return pace;
  }

  #forgetIdle(now: number): void {
    if (this.#paces.size < MANY) return;
    for (const [domain, pace] of this.#paces) if (pace.isIdle(now)) this.#paces.delete(domain);
  }
}
