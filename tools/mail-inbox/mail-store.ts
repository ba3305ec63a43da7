import { type KeptMail } from './kept-mail.js';

/** The latest mails, in memory, within two limits. */
export class MailStore {
  readonly #kept: { readonly mail: KeptMail; readonly bytes: number }[] = [];
  #bytes = 0;

  constructor(
    private readonly mostMails: number,
    private readonly mostBytes: number,
  ) {}

  /** Newest first. */
  get mails(): readonly KeptMail[] {
    return this.#kept.map(({ mail }) => mail).reverse();
  }

  find(id: string): KeptMail | undefined {
    return this.#kept.find(({ mail }) => mail.id === id)?.mail;
  }

  /** Keeps a mail, and lets the oldest go where it would be too much. */
  add(mail: KeptMail, bytes: number): void {
    this.#kept.push({ mail, bytes });
    this.#bytes += bytes;
    while (this.#kept.length > this.mostMails || (this.#bytes > this.mostBytes && this.#kept.length > 1)) {
      this.#bytes -= this.#kept.shift()?.bytes ?? 0;
    }
  }
}
