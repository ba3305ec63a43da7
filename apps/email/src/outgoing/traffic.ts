import { setTimeout as delay } from 'node:timers/promises';
import { type MailRates } from '#libs/config';
import { type JobContext, RetryAfter, Turns } from '#libs/consumer';
import { Crowding, type MailInHand } from './crowding.js';
import { type Departure, Paces } from './paces.js';

/** What decides when mails go. */
export interface TrafficOptions {
  readonly rates: MailRates;
  /** How many mails may be with the server at once. */
  readonly connections: number;
  /** Milliseconds. @default the process's monotonic clock */
  readonly now?: () => number;
}

type Leave = (isTaken: boolean) => void;

/** Keeps mails to the rates of this process, and those of one domain from holding up the rest. */
export class Traffic {
  readonly #paces: Paces;
  /** A connection is for one mail at a time. */
  readonly #connections: Turns;
  readonly #crowding: Crowding;
  readonly #now: () => number;

  constructor({ rates, connections, now = () => performance.now() }: TrafficOptions) {
    this.#paces = new Paces(rates, now());
    this.#connections = new Turns(connections);
    this.#crowding = new Crowding(connections);
    this.#now = now;
  }

  /**
   * Settles when the mail may go and there is a connection for it; both are its until the function that this gives is called,
   * with whether the server has taken the mail.
   * @throws RetryAfter when it has to wait long
   */
  async enter({ run, signal }: Pick<JobContext, 'run' | 'signal'>, to: readonly string[]): Promise<Leave> {
    const domains = [...new Set(to.map(domainOf))];
    this.#refuseCrowded(domains);
    const giveBack = await this.#connections.begin(signal);
    const mail: MailInHand = { domains };
    const leave = (isTaken: boolean): void => {
      this.#crowding.leave(mail, isTaken, this.#now());
      giveBack();
    };
    try {
      this.#refuseCrowded(domains);
      this.#crowding.enter(mail);
      await this.#paced({ domains, isFurtherRun: run > 1 }, signal);
    } catch (error) {
      leave(false);
      throw error;
    }
    mail.since = this.#now();
    return leave;
  }

  // A place in time is given out when nothing else has to be waited for: mails that let theirs pass would leave together.
  async #paced(mail: Departure, signal: AbortSignal): Promise<void> {
    const now = this.#now();
    const place = this.#paces.take(mail, now);
    if (place > now) await delay(place - now, undefined, { signal });
  }

  #refuseCrowded(domains: readonly string[]): void {
    const now = this.#now();
    const crowded = domains.find((domain) => this.#crowding.isCrowded(domain, now));
    if (crowded !== undefined)
      throw new RetryAfter(this.#crowding.putOffMs(crowded, now), `mails to ${crowded} are held up`);
  }
}

function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1).toLowerCase();
}
