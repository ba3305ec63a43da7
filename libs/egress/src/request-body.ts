import { Readable } from 'node:stream';
import { type Call } from './call.js';

/** What is to be sent cannot be read: that says nothing of the host. */
export class BodyUnreadable extends Error {
  /** @param cause the error of the body */
  constructor(override readonly cause: unknown) {
    super('The body of the call cannot be read.');
    this.name = 'BodyUnreadable';
  }
}

/** The body of a call, whose own errors can be told from those of the connection. */
export function requestBody({ body }: Call): string | Uint8Array | Readable | null {
  return body instanceof Readable ? Readable.from(readFrom(body), { objectMode: false }) : (body ?? null);
}

async function* readFrom(body: Readable): AsyncGenerator {
  try {
    yield* body;
  } catch (error) {
    throw new BodyUnreadable(error);
  }
}
