import { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { beginSpan, isTracing, type OpenSpan } from '#libs/observability';
import { readTraceparent } from '../jobs/traceparent.js';

const FIRST_SERVER_ERROR = 500;
/** Asked for by machines, every few seconds. */
const UNTRACED = /^\/(?:health|metrics)\b/;

/**
 * Makes a span of each request, while anything is traced. What the request starts goes on with the span: it is put where a
 * caller's own trace context stands.
 */
export function traceRequests(server: FastifyInstance): void {
  if (!isTracing()) return;
  const spans = new WeakMap<FastifyRequest, OpenSpan>();
  server.addHook('onRequest', async (request) => {
    const { url: route } = request.routeOptions;
    if (route !== undefined && UNTRACED.test(route)) return;
    const span = spanOf(request, route);
    if (span.traceparent !== null) request.raw.headers['traceparent'] = span.traceparent;
    spans.set(request, span);
  });
  server.addHook('onResponse', async (request, reply) => {
    spans.get(request)?.end(endOf(reply));
  });
}

/** @param route undefined: there is none, and what was asked for instead is no name to group by */
function spanOf(request: FastifyRequest, route: string | undefined): OpenSpan {
  const { method } = request;
  return beginSpan(
    () => ({
      ...{ name: route === undefined ? method : `${method} ${route}`, kind: 'server' },
      attributes: {
        ...{ 'http.request.method': method, 'url.scheme': request.protocol },
        ...(route === undefined ? {} : { 'http.route': route }),
      },
    }),
    readTraceparent(request.headers['traceparent']),
  );
}

function endOf({ statusCode: status }: FastifyReply): Parameters<OpenSpan['end']>[0] {
  const attributes = { 'http.response.status_code': status };
  return status < FIRST_SERVER_ERROR ? { attributes } : { attributes, error: String(status) };
}
