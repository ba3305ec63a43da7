import { Readable } from 'node:stream';

/** The moment from which the server may have a mail. */
export interface MailEnd {
  /**
   * Is waited for before the mail's end goes out, when the server has agreed to take the mail. What it throws keeps the
   * mail from being sent, and is thrown by `Mailer.send`. @default nothing is waited for
   */
  before?(): Promise<void>;
  /** The end goes out. Without this call the server certainly has not taken the mail. */
  out(): void;
}

/**
 * Watches over the end of one mail. Nothing of a mail goes out before nodemailer reads it, which it does when the server has
 * agreed to take it (its 354 to DATA), and the dot that ends it does not before nodemailer has read its end.
 */
export class LastByte {
  readonly #end: MailEnd | undefined;
  #isOut = false;
  #refusal: { readonly error: unknown } | undefined;

  constructor(end: MailEnd | undefined) {
    this.#end = end;
  }

  /** Whether the server may have the whole mail. */
  get isOut(): boolean {
    return this.#isOut;
  }

  /** What kept the mail from being sent; undefined when nothing of ours did. */
  get refusal(): { readonly error: unknown } | undefined {
    return this.#refusal;
  }

  /** The mail as it is to be read. */
  watch(mail: Readable): Readable {
    const passed = this.#end?.before === undefined ? mail : this.#heldBack(mail);
    return passed.once('end', () => {
      this.#isOut = true;
      this.#end?.out();
    });
  }

  // Reads when it is read: a stream that passes on what comes would see the end of a small mail long before it goes out.
  #heldBack(mail: Readable): Readable {
    const gate = Readable.from(this.#untilEnd(mail), { objectMode: false, highWaterMark: 0 });
    // While nobody reads, nobody else would hear of it.
    mail.once('error', (error) => gate.destroy(error));
    return gate;
  }

  async *#untilEnd(mail: Readable): AsyncGenerator<Buffer, void> {
    for await (const chunk of mail) yield chunk as Buffer;
    try {
      await this.#end?.before?.();
    } catch (error) {
      this.#refusal = { error };
      throw new Error('The end of the mail was held back', { cause: error }); // nodemailer writes its code into it
    }
  }
}
