/** A mail that takes longer is held up by its server. */
const SLOW_MS = 5_000;
/** How long a domain counts as slow, unless a mail to it goes quickly before. */
const REMEMBERED_MS = 60_000;

/** How soon and how late a mail looks again whether its domain is held up still. */
const LOOK_MS = { least: 10_000, most: 300_000 } as const;

interface MailInHand {
  readonly at: number;
}

/** Mails with the server by the domains of their recipients: those of a slow domain leave half of the connections to the rest. */
export class Crowding {
  readonly #most: number;
  readonly #inHand = new Map<string, Set<MailInHand>>();
  readonly #slowUntil = new Map<string, number>();
  /** When the last of those looks again that were put off. */
  readonly #lastLook = new Map<string, number>();

  /** @param connections how many mails may be with the server at once */
  constructor(connections: number) {
    this.#most = Math.max(1, Math.floor(connections / 2));
  }

  /** True when a further mail to this domain would most likely only wait, in a connection that others could use. */
  isCrowded(domain: string, now: number): boolean {
    const mails = [...(this.#inHand.get(domain) ?? [])];
    const isSlow = (this.#slowUntil.get(domain) ?? now) > now;
    const waiting = isSlow ? mails : mails.filter(({ at }) => now - at >= SLOW_MS);
    return waiting.length >= this.#most;
  }

  /**
   * Puts a mail off: for how many milliseconds. Those of a domain look again one after the other, as fast as they could be sent then, and
   * in a few minutes at the latest, so that many of them cost little while it is held up and wait little when it is so no more.
   */
  putOffMs(domain: string, now: number): number {
    const turn = Math.max(now + LOOK_MS.least, (this.#lastLook.get(domain) ?? 0) + SLOW_MS / this.#most);
    const last = turn - now > LOOK_MS.most ? now + LOOK_MS.least : turn; // the line begins anew
    this.#lastLook.set(domain, last);
    return Math.ceil(last - now);
  }

  /** Counts a mail until the function that it gives is called. */
  enter(domains: readonly string[], now: number): (now: number) => void {
    const mail = { at: now };
    for (const domain of domains) this.#inHand.set(domain, (this.#inHand.get(domain) ?? new Set()).add(mail));
    return (end) => {
      for (const domain of domains) this.#leave(domain, mail, end);
    };
  }

  #leave(domain: string, mail: MailInHand, now: number): void {
    const mails = this.#inHand.get(domain);
    mails?.delete(mail);
    if (mails?.size === 0) this.#inHand.delete(domain);
    if (now - mail.at < SLOW_MS) this.#forget(domain);
    else this.#remember(domain, now);
  }

  #remember(domain: string, now: number): void {
    for (const [other, until] of this.#slowUntil) if (until <= now) this.#forget(other);
    this.#slowUntil.set(domain, now + REMEMBERED_MS);
  }

  #forget(domain: string): void {
    this.#slowUntil.delete(domain);
    this.#lastLook.delete(domain);
  }
}
