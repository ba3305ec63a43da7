import { type FastifyInstance, type FastifyRequest } from 'fastify';

type Note = (status: number) => Promise<void>;

const notes = new WeakMap<FastifyRequest, Note>();

/** Has something noted of a request's answer, whatever it will be, before it is sent. A note that cannot be made holds nothing up. */
export function beforeAnswer(request: FastifyRequest, note: Note): void {
  notes.set(request, note);
}

/** Sees to the notes. */
export function noteAnswers(server: FastifyInstance): void {
  server.addHook('onSend', async (request, reply) => {
    await notes
      .get(request)?.(reply.statusCode)
      .catch(() => undefined);
  });
}
