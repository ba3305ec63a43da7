import { type FastifyInstance, type FastifyRequest } from 'fastify';

type Note = (status: number) => Promise<void>;

const notes = new WeakMap<FastifyRequest, Note>();

/**
 * Has something noted of a request's answer, whatever it will be, when there is one. The answer does not wait for the note: what
 * it waits for would count against the time that it has.
 */
export function noteAnswer(request: FastifyRequest, note: Note): void {
  notes.set(request, note);
}

/** Sees to the notes. An answer that nobody waits for any more is noted like any other. */
export function noteAnswers(server: FastifyInstance): void {
  server.addHook('onSend', (request, reply, _payload, done) => {
    notes
      .get(request)?.(reply.statusCode)
      .catch(() => undefined);
    done();
  });
}
