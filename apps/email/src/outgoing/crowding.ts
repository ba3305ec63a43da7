/** A mail that takes longer is held up by its server. */
const SLOW_MS = 5_000;

/** Mails in hand by the domains of their recipients: those of a slow domain leave half of the places to the rest. */
export class Crowding {
  readonly #most: number;
  readonly #since = new Map<string, Set<{ readonly at: number }>>();

  /** @param places how many mails may be in hand at once */
  constructor(places: number) {
    this.#most = Math.max(1, Math.floor(places / 2));
  }

  /** True when a further mail to this domain would most likely only wait, in a place that others could use. */
  isCrowded(domain: string, now: number): boolean {
    const slow = [...(this.#since.get(domain) ?? [])].filter(({ at }) => now - at >= SLOW_MS);
    return slow.length >= this.#most;
  }

  /** Counts a mail until the function that it gives is called. */
  enter(domains: readonly string[], now: number): () => void {
    const mail = { at: now };
    for (const domain of domains) this.#since.set(domain, (this.#since.get(domain) ?? new Set()).add(mail));
    return () => {
      for (const domain of domains) this.#leave(domain, mail);
    };
  }

  #leave(domain: string, mail: { readonly at: number }): void {
    const mails = this.#since.get(domain);
    mails?.delete(mail);
    if (mails?.size === 0) this.#since.delete(domain);
  }
}
