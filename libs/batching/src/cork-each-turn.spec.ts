import { Writable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { corkEachTurn } from './cork-each-turn.js';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A stream that notes which chunks left together. */
function notingStream(): { stream: Writable; left: string[][] } {
  const left: string[][] = [];
  const stream = new Writable({
    decodeStrings: false,
    writev: (chunks, done) => {
      left.push(chunks.map(({ chunk }) => String(chunk)));
      done();
    },
  });
  return { stream, left };
}

describe('corkEachTurn', () => {
  it('lets what is written in one turn leave together, in its order, and what comes later by itself', async () => {
    const { stream, left } = notingStream();
    corkEachTurn(stream);
    stream.write('a');
    stream.write('b');
    stream.cork();
    stream.write('c');
    stream.uncork();
    expect(left).toEqual([]);
    await turn();
    expect(left).toEqual([['a', 'b', 'c']]);
    stream.write('d');
    await turn();
    expect(left).toEqual([['a', 'b', 'c'], ['d']]);
  });

  it('keeps nothing back when the stream ends in the same turn', async () => {
    const { stream, left } = notingStream();
    corkEachTurn(stream);
    stream.write('a');
    await new Promise<void>((resolve) => stream.end('b', resolve));
    expect(left.flat()).toEqual(['a', 'b']);
  });
});
