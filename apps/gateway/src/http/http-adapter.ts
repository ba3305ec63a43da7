import { randomUUID } from 'node:crypto';
import multipart from '@fastify/multipart';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { isStream, type LiveOrigins, openStreamsTo } from '../live/live-origins.js';
import { acceptsEvents, acceptsJson } from './accepts.js';
import { limitAnswers } from './answer-limit.js';
import { noteAnswers } from './answer-notes.js';
import { answerMalformedRequest } from './malformed-request.js';
import { Problem } from './problem.js';
import { sendProblem } from './problem.filter.js';
import { traceRequests } from './request-spans.js';
import { type Routes } from './routes.js';
import { SECURITY_HEADERS } from './security-headers.js';

/** An upload may take as long as this; a JSON body has a shorter limit of its own. */
const REQUEST_TIMEOUT_MS = 3_600_000;
const IDLE_SOCKET_MS = 65_000;
/** Further ones are closed at once. */
const MAX_CONNECTIONS = 10_000;
const MAX_PATH_SEGMENT = 1_024;

/**
 * Fastify as Nest's server, set up so that nothing reads a body before the guards: handlers take it by `JsonBody` or as a
 * stream. Routes are noted in `routes` as they are declared.
 */
export async function createHttpAdapter(routes: Routes, origins: LiveOrigins): Promise<FastifyAdapter> {
  const adapter = new FastifyAdapter({
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionTimeout: IDLE_SOCKET_MS,
    keepAliveTimeout: IDLE_SOCKET_MS,
    genReqId: () => randomUUID(),
    frameworkErrors: (error: Error & { statusCode?: number }, _request: FastifyRequest, reply: FastifyReply) => {
      void sendProblem(reply, new Problem(error.statusCode ?? 400, 'The address of the request is malformed.'));
    },
    clientErrorHandler: answerMalformedRequest,
    // What still comes while the gateway drains is answered like the rest: everything behind it closes later.
    return503OnClosing: false,
    routerOptions: { maxParamLength: MAX_PATH_SEGMENT },
  });
  const server = adapter.getInstance<FastifyInstance>();
  server.addHook('onRoute', ({ url, method }) => {
    routes.add(url, [method].flat());
  });
  openStreamsTo(origins, server);
  traceRequests(server);
  server.addHook('onRequest', async (request, reply) => {
    reply.headers(SECURITY_HEADERS);
    if (isStream(request) ? !acceptsEvents(request.headers.accept) : wantsOtherThanJson(request)) {
      const type = isStream(request) ? 'text/event-stream' : 'application/json';
      throw new Problem(406, `Expected an Accept header that takes ${type}.`);
    }
  });
  server.server.maxConnections = MAX_CONNECTIONS;
  limitAnswers(server);
  noteAnswers(server);
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', (_request, _payload, done) => {
    done(null);
  });
  await server.register(multipart); // brings a parser of its own
  return adapter;
}

/** Downloads, pages and metrics have media types of their own; the rest of `/v1` speaks JSON. */
function wantsOtherThanJson({ url, headers }: FastifyRequest): boolean {
  return url.startsWith('/v1/') && !url.startsWith('/v1/files/') && !acceptsJson(headers.accept);
}
