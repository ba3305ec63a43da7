import { finished, pipeline, Readable } from 'node:stream';
import { AnswerTooLarge } from './errors.js';
import { packingOf } from './packing.js';

/** How a body is read. */
export interface BodyTerms {
  readonly maxBytes: number;
  /** The error of the call that an error of its body stands for. */
  readonly explain: (error: unknown) => unknown;
}

/**
 * The body as its sender meant it: unpacked, and cut off with an error at its limit. What is unpacked is never more than
 * a buffer ahead of what is read, so a small answer that unpacks to a huge one costs nothing.
 * @param encoding the value of `content-encoding`; one that nobody asked for is an error of who reads it: the status counts without
 */
export function answerBody(raw: Readable, encoding: string, terms: BodyTerms): Readable {
  return new AnswerBody(raw, encoding, terms);
}

class AnswerBody extends Readable {
  #content: Readable | undefined;
  #bytes = 0;

  constructor(
    private readonly raw: Readable,
    private readonly encoding: string,
    private readonly terms: BodyTerms,
  ) {
    super();
    // Whoever does not read it yet learns of it too, and by the close of this what the call holds is let go.
    raw.on('error', (error) => this.destroy(terms.explain(error) as Error));
    this.on('error', () => undefined);
  }

  override _read(): void {
    try {
      this.#content ??= this.#open();
      this.#content.resume();
    } catch (error) {
      this.destroy(error as Error);
    }
  }

  // A body that is destroyed before it was read has not begun to read the connection, and would leave it open.
  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.raw.destroy();
    done(error);
  }

  #open(): Readable {
    const content = unpacked(this.raw, this.encoding);
    content.on('data', (chunk: Buffer) => {
      this.#take(chunk, content);
    });
    finished(content, { writable: false }, (error) => {
      if (error) this.destroy(this.terms.explain(error) as Error);
      else this.push(null);
    });
    return content;
  }

  #take(chunk: Buffer, content: Readable): void {
    if (this.destroyed) return;
    const { maxBytes } = this.terms;
    this.#bytes += chunk.length;
    if (this.#bytes > maxBytes) this.destroy(new AnswerTooLarge(maxBytes));
    else if (!this.push(chunk)) content.pause();
  }
}

function unpacked(raw: Readable, encoding: string): Readable {
  const packing = packingOf(encoding);
  return packing === undefined ? raw : pipeline(raw, packing.unpacker(), () => undefined);
}
