import { setTimeout as delay } from 'node:timers/promises';
import { type MailRates } from '#libs/config';
import { type JobContext, RetryAfter } from '#libs/consumer';
import { Connections } from './connections.js';
import { Crowding } from './crowding.js';
import { DomainPaces } from './domain-paces.js';
import { Pace } from './pace.js';
import { Places } from './places.js';

/** A mail that has to wait longer for its domain leaves its place among the jobs in hand to mails to others. */
const DOMAIN_PATIENCE_MS = 1_000;
/** No other mail could go meanwhile either, so a place may be held longer. */
const PATIENCE_MS = 30_000;
const CROWDED_MS = 10_000;

/** What decides when mails go. */
export interface TrafficOptions {
  readonly rates: MailRates;
  /** How many mails may be with the server at once. */
  readonly connections: number;
  /** Milliseconds. @default the process's monotonic clock */
  readonly now?: () => number;
}

/** Keeps mails to the rates of this process, and those of one slow domain from holding up the rest. */
export class Traffic {
  readonly #all: Pace | null;
  readonly #domains: DomainPaces;
  readonly #connections: Connections;
  readonly #crowding: Crowding;
  readonly #places = new Places();
  readonly #now: () => number;

  constructor({ rates, connections, now = () => performance.now() }: TrafficOptions) {
    this.#all = rates.all === null ? null : new Pace(rates.all);
    this.#domains = new DomainPaces(rates.byDomain);
    this.#connections = new Connections(connections);
    this.#crowding = new Crowding(connections);
    this.#now = now;
  }

  /**
   * Settles when the mail may go and there is a connection for it; both are its until the function that this gives is called.
   * @throws RetryAfter when it has to wait long. The place in time that it was given is kept for it
   */
  async enter({ id, signal }: Pick<JobContext, 'id' | 'signal'>, to: readonly string[]): Promise<() => void> {
    const domains = [...new Set(to.map(domainOf))];
    this.#refuseCrowded(domains);
    const giveBack = await this.#connections.take(signal);
    try {
      this.#refuseCrowded(domains);
      await this.#paced({ id, signal }, domains);
    } catch (error) {
      giveBack();
      throw error;
    }
    const leave = this.#crowding.enter(domains, this.#now());
    return () => {
      leave(this.#now());
      giveBack();
    };
  }

  // A place in time is given out when nothing else has to be waited for: mails that let theirs pass would leave together.
  async #paced({ id, signal }: Pick<JobContext, 'id' | 'signal'>, domains: readonly string[]): Promise<void> {
    const now = this.#now();
    const domainPlace = this.#places.keptFor(id, now) ?? this.#domains.take(domains, now);
    if (domainPlace - now > DOMAIN_PATIENCE_MS) throw this.#later(id, domainPlace, 'the rate of its domain');
    const place = this.#all?.take(domainPlace) ?? domainPlace;
    if (place - now > PATIENCE_MS) throw this.#later(id, place, 'the rate of all mails');
    if (place > now) await delay(place - now, undefined, { signal });
  }

  #refuseCrowded(domains: readonly string[]): void {
    const crowded = domains.find((domain) => this.#crowding.isCrowded(domain, this.#now()));
    if (crowded !== undefined) throw new RetryAfter(CROWDED_MS, `mails to ${crowded} are held up`);
  }

  #later(id: string, place: number, why: string): RetryAfter {
    this.#places.keep(id, place);
    return new RetryAfter(Math.ceil(place - this.#now()), why);
  }
}

function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1).toLowerCase();
}
