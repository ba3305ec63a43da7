/** A mail that takes longer is held up by its server. */
const SLOW_MS = 5_000;
/** How long it is remembered of a domain whether its last mail went quickly. */
const REMEMBERED_MS = 60_000;

/** How soon and how late a mail looks again whether its domain is held up still. */
const LOOK_MS = { least: 10_000, most: 300_000 } as const;
/** The same for a domain of which nothing is known yet: its first mails mostly are gone by then. */
const FIRST_LOOK_MS = 1_000;

/** A mail that has a connection. */
export interface MailInHand {
  readonly domains: readonly string[];
  /** Since when it is with the server; undefined while it waits for its time. */
  since?: number;
}

/** What the last mail to a domain has shown. */
interface Shown {
  readonly isSlow: boolean;
  readonly until: number;
}

/**
 * Mails with the server by the domains of their recipients. Those of a slow domain leave half of the connections to the rest, and
 * those of one that has not shown to be quick leave one, so that its first mails cannot hold up all others.
 */
export class Crowding {
  readonly #mostSlow: number;
  readonly #mostUnknown: number;
  readonly #inHand = new Map<string, Set<MailInHand>>();
  /** Of the domains that had mails of late. */
  readonly #shown = new Map<string, Shown>();
  /** When the last of those looks again that were put off. */
  readonly #lastLook = new Map<string, number>();

  /** @param connections how many mails may be with the server at once */
  constructor(connections: number) {
    this.#mostSlow = Math.max(1, Math.floor(connections / 2));
    // With a single one there is nothing to leave.
    this.#mostUnknown = connections === 1 ? Infinity : connections - 1;
  }

  /** True when a further mail to this domain would most likely only wait, in a connection that others could use. */
  isCrowded(domain: string, now: number): boolean {
    const mails = [...(this.#inHand.get(domain) ?? [])];
    const isSlow = this.#isSlow(domain, now);
    if (isSlow === undefined && mails.length >= this.#mostUnknown) return true;
    const waiting = isSlow === true ? mails : mails.filter(({ since = now }) => now - since >= SLOW_MS);
    return waiting.length >= this.#mostSlow;
  }

  /**
   * Puts a mail off: for how many milliseconds. Those of a domain look again one after the other, as fast as they could be sent then, and
   * in a few minutes at the latest, so that many of them cost little while it is held up and wait little when it is so no more.
   */
  putOffMs(domain: string, now: number): number {
    const [{ since = now } = {}] = this.#inHand.get(domain) ?? [];
    if (this.#isSlow(domain, now) === undefined && now - since < SLOW_MS) return FIRST_LOOK_MS;
    const turn = Math.max(now + LOOK_MS.least, (this.#lastLook.get(domain) ?? 0) + SLOW_MS / this.#mostSlow);
    const last = turn - now > LOOK_MS.most ? now + LOOK_MS.least : turn; // the line begins anew
    this.#lastLook.set(domain, last);
    return Math.ceil(last - now);
  }

  /** Counts a mail until it leaves. */
  enter(mail: MailInHand): void {
    for (const domain of mail.domains) this.#inHand.set(domain, (this.#inHand.get(domain) ?? new Set()).add(mail));
  }

  /**
   * A mail that took long shows that its domains are slow, and one that the server took soon that they are quick; one that was broken off
   * or refused shows nothing.
   */
  leave(mail: MailInHand, isTaken: boolean, now: number): void {
    const { domains, since = now } = mail;
    const isSlow = now - since >= SLOW_MS;
    for (const domain of domains) {
      const mails = this.#inHand.get(domain);
      mails?.delete(mail);
      if (mails?.size === 0) this.#inHand.delete(domain);
      if (isSlow || isTaken) this.#remember(domain, { isSlow, until: now + REMEMBERED_MS }, now);
    }
  }

  /** Undefined when nothing is known of the domain. */
  #isSlow(domain: string, now: number): boolean | undefined {
    const shown = this.#shown.get(domain);
    return shown !== undefined && shown.until > now ? shown.isSlow : undefined;
  }

  // The last that was entered is the last to be forgotten.
  #remember(domain: string, shown: Shown, now: number): void {
    this.#shown.delete(domain);
    this.#shown.set(domain, shown);
    if (!shown.isSlow) this.#lastLook.delete(domain);
    for (const [other, { until }] of this.#shown) {
      if (until > now) return;
      this.#shown.delete(other);
      this.#lastLook.delete(other);
    }
  }
}
