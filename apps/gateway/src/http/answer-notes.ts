import { type FastifyInstance, type FastifyRequest } from 'fastify';

/** @param answer the object that is answered, if it is one */
type Note = (status: number, answer: unknown) => Promise<void>;

const notes = new WeakMap<FastifyRequest, { readonly note: Note; answer?: unknown }>();

/**
 * Has something noted of a request's answer, whatever it will be, when there is one. The answer does not wait for the note: what
 * it waits for would count against the time that it has.
 */
export function noteAnswer(request: FastifyRequest, note: Note): void {
  notes.set(request, { note });
}

/** Sees to the notes. An answer that nobody waits for any more is noted like any other. */
export function noteAnswers(server: FastifyInstance): void {
  server.addHook('preSerialization', (request, _reply, answer, done) => {
    const noted = notes.get(request);
    if (noted !== undefined) noted.answer = answer;
    done(null, answer);
  });
  server.addHook('onSend', (request, reply, _payload, done) => {
    const noted = notes.get(request);
    noted?.note(reply.statusCode, noted.answer).catch(() => undefined);
    done();
  });
}
