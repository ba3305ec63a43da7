import { Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { answerBody } from './answer-body.js';

const CHUNK_BYTES = 16_384;
const CHUNKS = 100;

describe('answerBody', () => {
  it('takes from its connection no more than a buffer ahead of a slow reader, and all of it in the end', async () => {
    let taken = 0;
    const chunks = function* (): Generator<Buffer> {
      for (; taken < CHUNKS; taken += 1) yield Buffer.alloc(CHUNK_BYTES);
    };
    const raw = Readable.from(chunks(), { objectMode: false });
    const body = answerBody(raw, '', { maxBytes: CHUNKS * CHUNK_BYTES, explain: (error) => error });
    const reading = body[Symbol.asyncIterator]();
    let bytes = ((await reading.next()).value as Buffer).length;
    for (let turns = 0; turns < CHUNKS; turns += 1) await turn();
    expect(raw.isPaused()).toBe(true);
    expect(taken).toBeLessThan(CHUNKS / 2);
    for await (const chunk of reading) bytes += (chunk as Buffer).length;
    expect(bytes).toBe(CHUNKS * CHUNK_BYTES);
  });
});
