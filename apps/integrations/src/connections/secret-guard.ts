import { Readable } from 'node:stream';
import { PermanentError } from '#libs/consumer';

/** The same bytes, cut off with `secret_in_answer` before a secret is whole, also where it comes in two chunks. */
export function withoutSecrets(body: Readable, secrets: readonly string[]): Readable {
  const needles = secrets.filter((secret) => secret !== '').map((secret) => Buffer.from(secret));
  if (needles.length === 0) return body;
  const guarded = Readable.from(searched(body, needles), { objectMode: false });
  guarded.once('close', () => body.destroy());
  return guarded;
}

async function* searched(body: Readable, needles: readonly Buffer[]): AsyncGenerator<Buffer> {
  const longest = Math.max(...needles.map(({ length }) => length));
  let before = Buffer.alloc(0);
  for await (const chunk of body) {
    const seen = Buffer.concat([before, chunk as Buffer]);
    if (needles.some((needle) => seen.includes(needle))) {
      throw new PermanentError('secret_in_answer', 'The host answers with a secret of the connection.');
    }
    before = seen.subarray(-(longest - 1) || seen.length);
    yield chunk as Buffer;
  }
}
