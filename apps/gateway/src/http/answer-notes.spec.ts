import { type AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fastify, { type FastifyInstance } from 'fastify';
import { noteAnswer, noteAnswers } from './answer-notes.js';

describe('a note of an answer', () => {
  let server: FastifyInstance;
  let noted: [status: number, answer: unknown][];
  let write: () => Promise<void>;

  beforeEach(async () => {
    noted = [];
    write = () => Promise.resolve();
    server = fastify();
    noteAnswers(server);
    server.get('/:what', (request) => {
      noteAnswer(request, (status, answer) => {
        noted.push([status, answer]);
        return write();
      });
      if ((request.params as { what: string }).what === 'wrong') throw new Error('It is wrong.');
      return { done: true };
    });
    await server.listen({ port: 0, host: '127.0.0.1' });
  });
  afterEach(() => server.close());

  const ask = (path: string): Promise<Response> => {
    const { port } = server.server.address() as AddressInfo;
    return fetch(`http://127.0.0.1:${port}${path}`);
  };

  it('is made of whatever is answered, once', async () => {
    await ask('/right');
    await ask('/wrong');
    expect(noted).toEqual([
      [200, { done: true }],
      [500, undefined],
    ]);
  });

  it('holds nothing up while it is written, nor when it cannot be', async () => {
    let written = (): void => undefined;
    write = () =>
      new Promise((resolve) => {
        written = resolve;
      });
    expect(await (await ask('/right')).json()).toEqual({ done: true });
    written();
    write = () => Promise.reject(new Error('The ledger is away.'));
    expect(await (await ask('/right')).json()).toEqual({ done: true });
  });
});
