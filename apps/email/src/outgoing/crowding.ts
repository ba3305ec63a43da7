/** A mail that takes longer is held up by its server. */
const SLOW_MS = 5_000;
/** How long a domain counts as slow, unless a mail to it goes quickly before. */
const REMEMBERED_MS = 60_000;

interface MailInHand {
  readonly at: number;
}

/** Mails with the server by the domains of their recipients: those of a slow domain leave half of the connections to the rest. */
export class Crowding {
  readonly #most: number;
  readonly #inHand = new Map<string, Set<MailInHand>>();
  readonly #slowUntil = new Map<string, number>();

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
    if (now - mail.at < SLOW_MS) this.#slowUntil.delete(domain);
    else this.#remember(domain, now);
  }

  #remember(domain: string, now: number): void {
    for (const [other, until] of this.#slowUntil) if (until <= now) this.#slowUntil.delete(other);
    this.#slowUntil.set(domain, now + REMEMBERED_MS);
  }
}
