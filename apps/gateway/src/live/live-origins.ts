import { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';

const PREFLIGHT_SECONDS = '600';
const STREAM_PATH = /^\/v1\/jobs\/[^/?]+\/stream(?:\?|$)/;

/** Pages of which origins may listen: those that are named, and the gateway's own. */
export class LiveOrigins {
  readonly #allowed: ReadonlySet<string>;

  constructor(origins: readonly string[], publicUrl: string) {
    this.#allowed = new Set([...origins, new URL(publicUrl).origin]);
  }

  /** Programs send no origin, and may listen with their key. */
  allow(origin: string | undefined): boolean {
    return origin === undefined || this.#allowed.has(origin);
  }
}

/** True for a call of a job's stream, whether the job is there or not. */
export function isStream({ url }: FastifyRequest): boolean {
  return STREAM_PATH.test(url);
}

/** Lets pages of allowed origins read streams, and no other call: their tokens open nothing else. */
export function openStreamsTo(origins: LiveOrigins, server: FastifyInstance): void {
  server.addHook('onRequest', async (request, reply) => {
    if (!isStream(request)) return;
    const { origin } = request.headers;
    reply.header('vary', 'Origin');
    if (origin !== undefined && origins.allow(origin)) reply.header('access-control-allow-origin', origin);
    if (request.method === 'OPTIONS') return answerPreflight(reply);
  });
}

function answerPreflight(reply: FastifyReply): FastifyReply {
  return reply
    .code(204)
    .header('access-control-allow-methods', 'GET')
    .header('access-control-allow-headers', 'authorization, last-event-id, cache-control')
    .header('access-control-max-age', PREFLIGHT_SECONDS)
    .send();
}
