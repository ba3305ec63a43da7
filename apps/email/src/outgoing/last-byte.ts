import { Readable } from 'node:stream';

/**
 * Passes a mail on and keeps its end back until `before` has settled; what `before` throws ends the mail unsent.
 *
 * Nothing is read before somebody reads here, and nodemailer reads only when the server has agreed to take the mail
 * (its 354 to DATA). A stream that passes on what comes would have seen the end of a small mail long before that.
 */
export function untilLastByte(mail: Readable, before: () => Promise<void>): Readable {
  const gate = Readable.from(heldBack(mail, before), { objectMode: false, highWaterMark: 0 });
  // While nobody reads, nobody else would hear of it.
  mail.once('error', (error) => gate.destroy(error));
  return gate;
}

async function* heldBack(mail: Readable, before: () => Promise<void>): AsyncGenerator<Buffer, void> {
  for await (const chunk of mail) yield chunk as Buffer;
  await before();
}
