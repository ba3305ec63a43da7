import { Readable } from 'node:stream';
import { PermanentError } from '#libs/consumer';

/** The same bytes, cut off with `secret_in_answer` before anything of a secret, also where that comes in several chunks or is broken off. */
export function withoutSecrets(body: Readable, secrets: readonly string[]): Readable {
  const needles = secrets.filter((secret) => secret !== '').map((secret) => Buffer.from(secret));
  if (needles.length === 0) return body;
  const guarded = Readable.from(searched(body, needles), { objectMode: false });
  guarded.once('close', () => body.destroy());
  return guarded;
}

async function* searched(body: Readable, needles: readonly Buffer[]): AsyncGenerator<Buffer> {
  const longest = Math.max(...needles.map(({ length }) => length));
  let held = Buffer.alloc(0);
  for await (const chunk of body) {
    const seen = Buffer.concat([held, chunk as Buffer]);
    const found = Math.min(...needles.map((needle) => seen.indexOf(needle)).filter((at) => at >= 0));
    // The end may be the beginning of a secret: it is held back until there is enough to tell.
    const told = Math.max(0, Math.min(found, seen.length - longest + 1));
    if (told > 0) yield seen.subarray(0, told);
    if (found < Infinity) {
      throw new PermanentError('secret_in_answer', 'The host answers with a secret of the connection.');
    }
    held = seen.subarray(told);
  }
  if (held.length > 0) yield held;
}
